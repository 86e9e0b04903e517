"""Who listens is decided by two settings; nothing changes for those who set neither."""

import pytest

import bot.cluster
from bot.analysis import LocalAnalyst
from bot.cluster.analyst import ClusterAnalyst
from bot.errors import UnusableSettings
from bot.run import analyst_for
from tests.bot.houses import settings_in

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
REDIS = {"redis_url": "redis://127.0.0.1:6379", "cluster_key": KEY}


async def test_this_machine_listens_unless_a_redis_is_named(tmp_path, monkeypatch):
    """The libraries of the cluster are asked for only then, and missed in one sentence."""
    assert isinstance(analyst_for(settings_in(tmp_path)), LocalAnalyst)
    analyst = analyst_for(settings_in(tmp_path, **REDIS))
    assert isinstance(analyst, ClusterAnalyst)
    await analyst.close()
    monkeypatch.setattr(bot.cluster, "find_spec", lambda _name: None)
    assert isinstance(analyst_for(settings_in(tmp_path)), LocalAnalyst)
    with pytest.raises(UnusableSettings, match=r"pip install .*\[cluster\]"):
        analyst_for(settings_in(tmp_path, **REDIS))
