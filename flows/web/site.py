"""The pages of a home, with everything they may ask for."""

from __future__ import annotations

import getpass

from dashboards.access import Access
from dashboards.doing import Doing
from dashboards.site import Site
from flows.settings import Settings
from flows.web.jobs import ChildJobs
from flows.web.quarantine import Holding
from flows.web.take_in import Uploads
from flows.web.today import Standing


def site_of(settings: Settings) -> Site:
    """The site of one home, for one person on loopback."""
    jobs = ChildJobs(settings.lake.home)
    doing = Doing(jobs, Uploads(settings, jobs), Standing(settings), Holding(settings))
    return Site(settings.lake, str(settings.zone), settings.language, settings.sample, Access(getpass.getuser()), doing)
