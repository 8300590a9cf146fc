from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "agents"

    def ready(self) -> None:
        from agents.connections import connecting, rekeying
        from agents.stores import linking

        connecting.register()
        rekeying.register()
        linking.register()
