from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "compliance"

    def ready(self) -> None:
        from audit.management import acts
        from compliance import holding
        from compliance.erasure import asking, replaying
        from compliance.retention import keeping, pruning
        from compliance.sealing import answering
        from compliance.streaming import destinations

        asking.register()
        holding.register()
        keeping.register()
        pruning.register()
        destinations.register()
        acts.find_people_by(answering.person)
        acts.add("replay-erasures", help="erase again what a restored backup brought back", do=replaying.command)
        acts.add("prune", help="delete what two people agreed to prune; their hashes stay", do=pruning.command)
