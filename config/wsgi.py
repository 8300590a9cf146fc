import gc
import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
import_module("compliance.erasure.replaying").refuse_if_behind()

# What is loaded now stays for good: a full collection need not walk it, which takes 100 ms. A page makes some 25 000
# objects, so that the usual threshold of 700 has it looked through forty times while it is drawn.
import_module("config.urls")
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 10, 10)
