import anthropic
import pytest

HI = [{"role": "user", "content": "hi"}]


def foundry(platform, key):
    return anthropic.AnthropicFoundry(api_key=key, base_url=f"{platform.url}/foundry", max_retries=0)


def vertex(platform, key):
    return anthropic.AnthropicVertex(
        access_token=key, project_id="p", region="europe-west1", base_url=f"{platform.url}/vertex", max_retries=0
    )


def bedrock(platform, key):
    return anthropic.AnthropicBedrock(
        api_key=key, aws_region="eu-central-1", base_url=f"{platform.url}/bedrock", max_retries=0
    )


CLOUDS = ((foundry, "claude-opus-5-5"), (vertex, "claude-opus-5-5"), (bedrock, "eu.anthropic.claude-opus-5-5-v1:0"))


@pytest.mark.parametrize(("cloud", "model"), CLOUDS)
def test_a_cloud_serves_messages_under_its_own_names(platform, cloud, model):
    platform.say("hello")

    said = cloud(platform, platform.key).messages.create(model=model, max_tokens=10, messages=HI)

    assert (said.content[0].text, said.model) == ("hello", "claude-opus-5-5")


@pytest.mark.parametrize(("cloud", "model"), CLOUDS)
def test_a_cloud_refuses_another_key_and_a_bad_request(platform, cloud, model):
    with pytest.raises(anthropic.AuthenticationError):
        cloud(platform, "other").messages.create(model=model, max_tokens=10, messages=HI)
    with pytest.raises(anthropic.BadRequestError):
        cloud(platform, platform.key).messages.create(
            model=model, max_tokens=10, messages=HI, extra_body={"temperature": 1}
        )


@pytest.mark.parametrize("cloud", (foundry, vertex))
def test_two_clouds_count_tokens(platform, cloud):
    client = cloud(platform, platform.key)

    assert client.messages.count_tokens(model="claude-opus-5-5", messages=HI).input_tokens == 1
