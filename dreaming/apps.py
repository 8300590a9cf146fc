from django.apps import AppConfig


class DreamingConfig(AppConfig):
    name = "dreaming"

    def ready(self):
        from dreaming import holding
        from dreaming.costs import capping

        holding.register()
        capping.register()
