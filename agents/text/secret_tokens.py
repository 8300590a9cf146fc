"""Tokens that their makers gave a shape of their own: a prefix, an alphabet, a length, as they publish them."""

from __future__ import annotations

import re

from agents.text.detectors import Detector
from agents.text.placeholders import is_random, is_real

WORD = "[A-Za-z0-9_-]"
LETTER = "[A-Za-z0-9]"
HEX = "[a-fA-F0-9]"
_JWT = r"[\w-]{10,8000}"


def _token(name: str, pieces: str, rest: str, *, before: str = r"[A-Za-z0-9+]", after: str = "[A-Za-z0-9]") -> Detector:
    """A token that begins with one of the pieces; a letter directly before or after makes it something else."""
    starts = tuple(pieces.split())
    either = "|".join(map(re.escape, starts))
    return Detector(name, starts, re.compile(f"(?<!{before})(?:{either}){rest}(?!{after})"), is_random)


def _within(name: str, piece: str, pattern: str, back: int) -> Detector:
    return Detector(name, (piece,), re.compile(pattern), is_random, back=back)


_CODE_HOSTS = (
    _token("GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_", f"{LETTER}{{36,255}}"),
    _token("GitHub token", "github_pat_", "[A-Za-z0-9_]{40,255}"),
    _token(
        "GitLab token",
        "glpat- gldt- glft- glimt- glagent- gloas- glptt- glrt- glsoat- glffct- glcbt- GR1348941",
        r"[\w.-]{20,300}",
        before=r"[\w-]",
    ),
    _token("Bitbucket token", "ATBB ATCTT3xFfG", r"[\w-]{28,300}=?[A-F0-9]{0,8}"),
    _token("Sourcegraph token", "sgp_", f"(?:(?:local|{HEX}{{16}})_)?{HEX}{{40}}"),
    _token("Sourcegraph token", "slk_ sgd_", f"{HEX}{{64}}"),
    _token("Azure DevOps token", "AzureDevOps", r"[A-Za-z0-9=:_-]{52,90}"),
)
_CLOUDS = (
    _token("AWS access key", "AKIA ASIA ABIA ACCA A3T", "[A-Z0-9]{16}", before="[A-Za-z0-9+/]"),
    _token("AWS Bedrock key", "ABSK", "[A-Za-z0-9+/]{100,270}={0,2}", before="[A-Za-z0-9+/]"),
    _token("AWS Bedrock key", "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t", "[A-Za-z0-9+/=_-]{0,4000}"),
    _token("Alibaba key", "LTAI", f"{LETTER}{{20}}"),
    _token("Google API key", "AIza", r"[\w-]{35}", after=r"[\w-]"),
    _token("Google OAuth secret", "GOCSPX-", r"[\w-]{28}"),
    _token("Google OAuth token", "ya29.", r"[\w-]{20,2000}"),
    _within("Azure secret", "Q~", r"(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}(?![\w~-])", 4),
    _token("DigitalOcean token", "dop_v1_ doo_v1_ dor_v1_", f"{HEX}{{64}}"),
    _token("Cloudflare origin key", "v1.0-", f"{HEX}{{24}}-{HEX}{{146}}"),
    _token("Heroku key", "HRKU-AA HRKU-", r"[\w-]{36,64}"),
    _token("Fly.io token", "fo1_", r"[\w-]{43}"),
    _token("Fly.io token", "fm1r_ fm1a_ fm2_", r"[A-Za-z0-9+/]{100,4000}={0,3}"),
    _token("Scalingo token", "tk-us-", r"[\w-]{48}"),
    _token("Yandex key", "AQVN", r"[\w-]{35,38}"),
    _token("Yandex token", "y0_", r"[\w-]{50,120}"),
    _token("Tencent key", "AKID", f"{LETTER}{{32}}"),
    _token("IBM Cloud key", "ApiKey-", f"{HEX}{{8}}(?:-{HEX}{{4}}){{3}}-{HEX}{{12}}"),
    _within("Terraform token", ".atlasv1.", r"(?<![\w-])[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,80}", 14),
    _token("Vault token", "hvs. hvb. hvr.", r"[\w-]{24,300}"),
    _token("Pulumi token", "pul-", f"{HEX}{{40}}"),
    _token("Doppler token", "dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.", r"[A-Za-z0-9._]{40,64}"),
    _token("Databricks token", "dapi", f"{HEX}{{32}}(?:-\\d)?"),
    _token("PlanetScale secret", "pscale_tkn_ pscale_oauth_ pscale_pw_", r"[\w=.-]{32,64}"),
    _token("OpenShift token", "sha256~", r"[\w-]{43}"),
    _token("Clickhouse key", "4b1d", f"{LETTER}{{38}}"),
    _token("Supabase key", "sbp_", f"{HEX}{{40}}"),
    _token("Supabase key", "sb_secret_", r"[\w-]{20,60}"),
    _token("Netlify token", "nfp_ nfc_", f"{LETTER}{{36,40}}"),
    _token("Vercel key", "vck_ vcp_", f"{LETTER}{{24,64}}"),
    _token("Render key", "rnd_", f"{LETTER}{{28,40}}"),
    _token("Octopus Deploy key", "API-", "[A-Z0-9]{26}", before=r"[\w-]"),
    _token("Tailscale key", "tskey-", r"[a-z]{3,10}-[A-Za-z0-9-]{20,80}"),
    _token("Defined Networking token", "dnkey-", r"[a-z0-9=_-]{26}-[a-z0-9=_-]{52}"),
    _token("1Password token", "ops_eyJ", r"[A-Za-z0-9+/]{250,4000}={0,3}"),
    _token("1Password secret key", "A3-", r"[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}"),
    _token("age key", "AGE-SECRET-KEY-1", "[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}"),
    _token("Artifactory key", "AKCp", f"{LETTER}{{69}}"),
    _token("Artifactory token", "cmVmdGtu", f"{LETTER}{{56}}"),
)
_MODELS = (
    _token("OpenAI key", "sk-proj- sk-svcacct- sk-admin- sk-None-", r"[\w-]{20,250}", before=r"[\w-]"),
    _token("Anthropic key", "sk-ant-", r"[\w-]{20,150}", before=r"[\w-]"),
    _token("OpenRouter key", "sk-or-", r"v\d-[a-f0-9]{64}", before=r"[\w-]"),
    _token("API key", "sk-", r"[\w-]{20,250}", before=r"[\w-]"),
    _token("Hugging Face token", "hf_ api_org_", f"{LETTER}{{30,40}}"),
    _token("Perplexity key", "pplx-", f"{LETTER}{{48}}"),
    _token("Groq key", "gsk_", f"{LETTER}{{48,56}}"),
    _token("xAI key", "xai-", f"{LETTER}{{70,90}}"),
    _token("Replicate token", "r8_", f"{LETTER}{{37,40}}"),
    _token("Fireworks key", "fw_", f"{LETTER}{{22,24}}"),
    _token("Pinecone key", "pcsk_", r"\w{60,80}"),
    _token("LangSmith key", "lsv2_pt_ lsv2_sk_", f"{HEX}{{32}}_{HEX}{{10}}"),
    _token("Tavily key", "tvly-", r"[\w-]{24,64}"),
    _token("Weights & Biases key", "wandb_v1_", r"\w{40,90}"),
    _token("NVIDIA key", "nvapi-", r"[\w-]{60,70}"),
    _token("Langfuse key", "sk-lf-", f"{HEX}{{8}}(?:-{HEX}{{4}}){{3}}-{HEX}{{12}}", before=r"[\w-]"),
)
_MONEY = (
    _token("Stripe key", "sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_ whsec_", r"[A-Za-z0-9]{16,250}"),
    _token("Square token", "EAAA", r"[\w-]{60}", before=r"[\w+/]", after=r"[\w-]"),
    _token("Square token", "sq0atp- sq0csp-", r"[\w-]{22,60}"),
    _token("Shopify token", "shpat_ shpca_ shppa_ shpss_", f"{HEX}{{32}}"),
    _token("Shippo token", "shippo_live_ shippo_test_", f"{HEX}{{40}}"),
    _token("Duffel token", "duffel_live_ duffel_test_", r"[\w=-]{43}"),
    _token("EasyPost key", "EZAK EZTK", f"{LETTER}{{54}}", before="[A-Za-z0-9+/]", after="[A-Za-z0-9+/]"),
    _token("Flutterwave key", "FLWSECK_TEST- FLWSECK- FLWPUBK_TEST-", f"{LETTER}{{12,40}}(?:-X)?"),
    _token("PayPal token", "access_token$", r"(?:production|sandbox)\$[a-z0-9]{16}\$[a-f0-9]{32}"),
    _token("Plaid token", "access-sandbox- access-development- access-production-", r"[a-f0-9-]{36}"),
    _token("GoCardless token", "live_", r"[\w=-]{40}", before=r"[\w-]", after=r"[\w=-]"),
    _token("Paystack key", "sk_live_ sk_test_", f"{HEX}{{40}}"),
    _token("Adyen key", "AQE", r"[a-z0-9]{3}[A-Za-z0-9+/=_-]{60,250}"),
    _token("Razorpay key", "rzp_live_ rzp_test_", f"{LETTER}{{14}}"),
    _token("Coinbase key", "organizations/", r"[a-f0-9-]{36}/apiKeys/[a-f0-9-]{36}"),
)
_TALK = (
    _token("Slack token", "xoxb- xoxp- xoxa- xoxo- xoxr- xoxs- xoxe- xoxc- xoxd- xoxe.", r"[\w.%-]{10,250}"),
    _token("Slack token", "xapp-", r"\d-[A-Z0-9]{5,20}-\d{5,20}-[a-z0-9]{20,100}"),
    Detector(
        "Slack webhook",
        ("hooks.slack.com/",),
        re.compile(r"hooks\.slack\.com/(?:services|workflows|triggers)/(?P<value>[A-Za-z0-9+/]{30,120})"),
        is_random,
    ),
    Detector(
        "Teams webhook",
        ("webhook.office.com/",),
        re.compile(r"webhook\.office\.com/(?P<value>webhookb2/[a-z0-9@-]{60,90}/IncomingWebhook/[\w/-]{50,120})"),
        is_random,
    ),
    Detector(
        "Discord webhook",
        ("/api/webhooks/",),
        re.compile(r"/api/webhooks/\d{17,20}/(?P<value>[\w-]{60,80})"),
        is_random,
    ),
    _within("Telegram bot token", ":AA", r"(?P<value>(?<=\d{8}):AA[\w-]{32,33})(?![\w-])", 0),
    _token("Twilio key", "SK", "[a-f0-9]{32}", before=r"[\w-]"),
    _token("SendGrid key", "SG.", r"[\w-]{16,32}\.[\w-]{32,64}"),
    _token("Brevo key", "xkeysib- xsmtpsib-", f"{HEX}{{64}}-{LETTER}{{16}}"),
    _token("Mailgun key", "key- pubkey-", f"{HEX}{{32}}", before=r"[\w-]"),
    _within("Mailchimp key", "-us", rf"(?<!{LETTER}){HEX}{{32}}-us\d{{1,2}}(?!\d)", 32),
    _token("Intra42 secret", "s-s4t2ud- s-s4t2af-", f"{HEX}{{64}}"),
    _token("Typeform token", "tfp_", r"[\w=.-]{59}"),
    _token("Postman key", "PMAK-", f"{HEX}{{24}}-{HEX}{{34}}"),
    _token("Frame.io token", "fio-u-", r"[\w=-]{64}"),
    _token("Mapbox token", "sk.eyJ", r"[\w-]{20,200}\.[\w-]{20,40}"),
)
_TOOLS = (
    _token("npm token", "npm_", f"{LETTER}{{36}}"),
    _token("PyPI token", "pypi-", r"[\w-]{50,1000}"),
    _token("RubyGems key", "rubygems_", f"{HEX}{{48}}"),
    _token("NuGet key", "oy2", "[a-z0-9]{43}"),
    _token("Clojars token", "CLOJARS_", "[a-z0-9]{60}"),
    _token("Docker token", "dckr_pat_ dckr_oat_", r"[\w-]{27,40}"),
    _token("Atlassian token", "ATATT3", r"[\w=-]{100,300}"),
    _token("Notion token", "ntn_", f"[0-9]{{11}}{LETTER}{{32,40}}"),
    _token("Notion token", "secret_", f"{LETTER}{{43}}"),
    _token("Linear key", "lin_api_ lin_oauth_", f"{LETTER}{{40,64}}"),
    _within("Airtable token", "pat", rf"(?<![\w-])pat{LETTER}{{14}}\.{HEX}{{64}}", 0),
    _token("Asana token", "1/", r"\d{16}:[a-f0-9]{32}"),
    _token("Figma token", "figd_ figo_", r"[\w-]{40,64}"),
    _token("Contentful token", "CFPAT-", r"[\w-]{43}"),
    _token("HubSpot token", "pat-na1- pat-eu1- pat-na2-", r"[a-f0-9-]{36}"),
    _token("Grafana token", "glsa_", f"{LETTER}{{32}}_{HEX}{{8}}"),
    _token("Grafana token", "glc_ eyJrIjoi", r"[A-Za-z0-9+/]{32,400}={0,3}"),
    _token("New Relic key", "NRAK- NRII- NRJS- NRIQ- NRRA-", r"[\w-]{19,48}"),
    _token("Dynatrace token", "dt0c01. dt0s01. dt0s16.", r"[A-Z0-9]{24}\.[A-Z0-9]{64}"),
    _token("Sentry token", "sntrys_", r"[\w+/.-]{60,800}={0,2}"),
    _token("Sentry token", "sntryu_", f"{HEX}{{64}}"),
    _token("Sonar token", "squ_ sqp_ sqa_", f"{HEX}{{40}}"),
    _token("Snyk token", "snyk_", r"(?:uat|sat)\.[\w.-]{30,200}"),
    _token("Infracost key", "ico-", f"{LETTER}{{32}}", before=r"[\w.-]", after=r"[\w.]"),
    _token("Prefect key", "pnu_ pnb_", f"{LETTER}{{36}}"),
    _token("ReadMe key", "rdme_", "[a-z0-9]{70}"),
    _token("Harness token", "pat. sat.", r"[\w-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20}", before=r"[\w.-]"),
    _token("Buildkite token", "bkua_ bkpat_", f"{HEX}{{40}}"),
    _token("CircleCI token", "CCIPAT_ CCIPRJ_", r"\w{22}_[a-f0-9]{40}"),
    _token("Adafruit key", "aio_", f"{LETTER}{{28}}"),
    _token("Adobe secret", "p8e-", "[A-Za-z0-9]{32}"),
    _token(
        "Authress key", "sc_ ext_ scauth_", r"[a-z0-9]{5,30}\.[a-z0-9]{4,6}\.acc_[a-z0-9-]{10,32}\.[\w+/=-]{30,120}"
    ),
    _token("SettleMint token", "sm_aat_ sm_pat_ sm_sat_", f"{LETTER}{{16}}"),
    _within("MaxMind key", "_mmk", rf"(?<!{LETTER}){LETTER}{{6}}_{LETTER}{{29}}_mmk(?!{LETTER})", 36),
    _token("Facebook token", "EAA", f"{LETTER}{{100,400}}", before="[A-Za-z0-9+/]"),
    _within("Facebook app token", "|", r"(?P<value>(?<=\d{15})\|[\w-]{27})(?![\w-])", 0),
    _token("LinkedIn token", "AQX", r"[\w-]{60,400}", before=r"[\w+/]"),
)
KEYS = (
    Detector("JWT", ("eyJ",), re.compile(rf"(?<![\w-])eyJ{_JWT}\.eyJ{_JWT}(?:\.[\w-]{{10,4000}})?"), is_real),
    Detector(
        "private key",
        ("-----BEGIN ",),
        re.compile(
            r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
            r"(?:[^-]*(?:-(?!----)[^-]*)*-----END [A-Z0-9 ]{0,40}-----|(?:(?:\s|\\n){0,4}[A-Za-z0-9+/=]{40,}){0,400})"
        ),
    ),
    Detector(
        "private key",
        ("LS0tLS1CRUdJTi",),
        re.compile(
            r"LS0tLS1CRUdJTi[A-Za-z0-9+/]{0,60}"
            r"(?:UFJJVkFURSBLRVk|BSSVZBVEUgS0VZ|QUklWQVRFIEtFW)[\w+/]{0,9000}={0,2}"
        ),
    ),
    Detector(
        "PuTTY private key",
        ("Private-Lines: ",),
        re.compile(r"Private-Lines: \d{1,3}\s{1,2}(?P<value>(?:[A-Za-z0-9+/=]{4,64}\s{0,2}){1,200})"),
    ),
)
DETECTORS = KEYS + _CODE_HOSTS + _CLOUDS + _MODELS + _MONEY + _TALK + _TOOLS
