# graphite-web without Apache, in the directory that GRAPHITE names.
import os

from graphite.settings import *  # noqa: F403

SECRET_KEY = "test"
ALLOWED_HOSTS = ["127.0.0.1"]
STORAGE_DIR = CONF_DIR = os.environ["GRAPHITE"]
LOG_DIR = os.path.join(STORAGE_DIR, "log")
INDEX_FILE = os.path.join(STORAGE_DIR, "index")
WHISPER_DIR = os.environ.get("GRAPHITE_WHISPER", STORAGE_DIR)
STANDARD_DIRS = [WHISPER_DIR]
CARBONLINK_HOSTS = [os.environ.get("GRAPHITE_CARBON", "127.0.0.1:7002")]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.path.join(STORAGE_DIR, "graphite.db")}}
# What was written a moment ago is to be read.
DEFAULT_CACHE_DURATION = FIND_CACHE_DURATION = FIND_TOLERANCE = 0
