from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "agents"

    def ready(self) -> None:
        from agents.connections import connecting
        from agents.stores import linking

        connecting.register()
        linking.register()
