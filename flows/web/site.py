"""The pages of a home, with everything they may ask for."""

from __future__ import annotations

import getpass
import ipaddress

from dashboards.access import Access
from dashboards.doing import Doing
from dashboards.site import Site
from flows.failures import Refused
from flows.settings import Settings
from flows.web.consents import HomeConsents
from flows.web.jobs import ChildJobs
from flows.web.originals import RawItems
from flows.web.people import HomePeople
from flows.web.quarantine import Holding
from flows.web.review import Reviewer
from flows.web.rights import HomeRights
from flows.web.take_in import Uploads
from flows.web.today import Standing
from flows.web.used import HomeUsed
from warehouse.accounts import Accounts
from warehouse.words import Words

LOOPBACK = "127.0.0.1"


def site_of(settings: Settings, host: str = LOOPBACK) -> Site:
    """The site of one home, as it is served on a host. Refused where others could reach it and nobody would be asked who."""
    jobs = ChildJobs(settings.lake.home)
    rights = {"consents": HomeConsents(settings), "people": HomePeople(settings), "rights": HomeRights(settings, jobs)}
    rights |= {"today": Standing(settings), "quarantine": Holding(settings), "used": HomeUsed(settings)}
    doing = Doing(
        jobs=jobs, originals=RawItems(settings), take_in=Uploads(settings, jobs), review=Reviewer(settings), **rights
    )
    return Site(settings.lake, str(settings.zone), settings.language, settings.sample, _access(settings, host), doing)


def _access(settings: Settings, host: str) -> Access:
    web, accounts, words = settings.web, Accounts(settings.lake.accounts), Words(settings.language)
    is_open = bool(web.hosts) or not _is_loopback(host)
    if is_open and not accounts.any():
        raise Refused(words("serve.no_accounts"))
    hosts = web.hosts or _named_by(host)
    if is_open and not hosts:
        raise Refused(words("serve.no_hosts"))
    return Access(getpass.getuser(), accounts, hosts, web.is_https, always=is_open)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _named_by(host: str) -> tuple[str, ...]:
    """The address that the pages are bound to names them too, unless it stands for all addresses of the machine."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return (host.lower(),)
    if address.is_unspecified:
        return ()
    return (f"[{address}]" if address.version == 6 else str(address),)
