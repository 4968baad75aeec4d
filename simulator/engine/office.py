"""The one-stop office: what happens to a dossier from filing to the result in the citizen's hands."""

from collections.abc import Callable
from math import floor
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from dossier.event import (
    Fact,
    HandedOver,
    PaymentMade,
    PaymentRequested,
    Refused,
    Stopped,
    SupplementProvided,
    SupplementRequested,
    WithdrawalRequested,
)
from dossier.law.appointment import rounded
from simulator.engine.counter import Counter
from simulator.engine.dossier import Dossier, Part
from simulator.engine.fate import Fate, exponential
from simulator.engine.ledger import Ledger, Telling
from simulator.engine.letters import Letters
from simulator.engine.nodes import DAY, HOUR, Desk, Done, Money, revisit
from simulator.engine.outcome import Outcomes
from simulator.engine.pools import Pool
from simulator.engine.route import Plan
from simulator.engine.world import Hop, World
from simulator.scenario.model import Scenario

if TYPE_CHECKING:
    from simulator.engine.province import Province


class Office:
    """One receiving unit at work; every method is a moment in a dossier's life."""

    def __init__(self, name: str, scenario: Scenario, province: "Province") -> None:
        self.name, self.province = name, province
        self.world: World = province.world
        self.ledger: Ledger = province.ledger
        self.tells = province.ledger.tells
        self.trace = province.visits
        self.visitors = self.left = 0
        """Who came to the ticket queue, and who left it for want of patience."""
        self._refiled = 0
        self._counters: list[Counter] = []
        """All that there were: some dossiers still wait at those before."""
        self._plans: dict[str, Plan] = {}
        self._heirs: dict[str, list[Plan]] = {}
        """Plans by which dossiers in hand were begun."""
        self.adopt(scenario)

    def adopt(self, scenario: Scenario) -> None:
        """Work by this scenario from now on."""
        spec = scenario.offices[self.name]
        self.profile = profile = scenario.profiles[spec.profile]
        calendars = self.province.calendars
        self.successor = spec.successor
        self.calendar, self.hours = calendars.law(profile.calendar), calendars.hours(profile.calendar)
        self.deadlines = calendars.deadlines(profile.calendar)
        self.apology = profile.apology
        if spec.letters is not None:
            self.apology = replace(profile.apology, share=spec.letters)
        self._tellings: dict[Any, Telling] = {}
        self.letters = Letters(self)
        self.watches = (
            self.apology.share > 0 or profile.conduct.closed_early > 0 or profile.conduct.overwritten > 0
        )
        self.outcomes = Outcomes(self)
        for counter in self._counters:
            counter.renew()
        self.counter = Counter(self)
        self._counters.append(self.counter)
        self._procedures = scenario.procedures
        old, self._plans = self._plans, {}
        for key, plan in old.items():
            self._heirs.setdefault(key, []).append(plan)
        own = {scenario.procedures[key].code: key for key in (*profile.mix, *spec.volumes)}
        for plans in self._heirs.values():
            for plan in plans:
                key = own.get(plan.procedure.code, plan.key)
                if key in scenario.procedures:
                    plan.take(self.plan(key))
        self.withdraws = any(scenario.procedures[key].withdrawn for key in (*profile.mix, *spec.volumes))

    def plan(self, key: str) -> Plan:
        """A procedure as this office does it."""
        if key not in self._plans:
            self._plans[key] = Plan(self, key, self._procedures[key])
        return self._plans[key]

    def pool(self, name: str) -> Pool:
        """Who does the work of this pool for the office: its own, a centre's, or its successor's."""
        return self.province.pool(self.name, name)

    # -- words ---------------------------------------------------------------------------------------------

    def tell(self, dossier: Dossier, kind: type[Fact], due: float | None = None, **facts: Any) -> None:
        """This happened to the dossier now; the words are made once."""
        if not self.tells:
            dossier.seq += 1
            return
        key = (kind, *facts.values())
        telling = self._tellings.get(key)
        if telling is None:
            telling = self._tellings[key] = self.telling(kind, **facts)
        self.ledger.tell(dossier, telling, due)

    def telling(self, kind: type[Fact], **facts: Any) -> Telling:
        """Words to be told of many dossiers."""
        return Telling(kind, self.name, self.successor, **facts)

    def watched(self, step: str, pool: Pool, done: Done) -> Done:
        """`done`, after whoever watches the visits has been told: dossier, pool, step, asked, began,
        ended."""
        trace = self.trace
        if trace is None:
            return done

        def record(token: Any) -> None:
            trace((token.dossier.id, pool.name, step, token.asked, token.began, self.world.now))
            done[0](token)

        return (record,)

    @staticmethod
    def happens(share: float, purpose: str, dossier: Dossier) -> bool:
        """Whether what happens to this share of the dossiers happens to this one."""
        return share > 0 and (share >= 1 or dossier.fate[purpose][dossier.k] < share)

    # -- time ----------------------------------------------------------------------------------------------

    def next_round(self, seconds: float) -> float:
        """The next whole multiple of `seconds` of the office's working time: rounds fall at fixed hours."""
        now = self.world.now
        worked = self.hours.worked(now)
        return max(now, self.hours.clock((worked // seconds + 1) * seconds))

    def later(self, seconds: float) -> float:
        """When so many seconds of the office's working time, from now on, are over; none at all end on
        duty."""
        now = self.world.now
        end = self.hours.add(now, seconds)
        return end if end > now else self.hours.opening(now)

    def closing(self, at: float) -> float:
        """The last closing of the local day of an instant, or of the next working day."""
        origin = self.province.calendars.origin
        day = self.calendar.workday(self.calendar.local(origin + at).date())
        return self.calendar.closing(day) - origin

    # -- a dossier's life ----------------------------------------------------------------------------------

    def accepted(self, dossier: Dossier) -> None:
        """The dossier is in hand: the clock runs."""
        if self.watches:
            self.letters.watch(dossier)
        if self.withdraws and self.happens(dossier.plan.procedure.withdrawn, "withdraw", dossier):
            chance = dossier.fate["withdrawing"][dossier.k]
            at = self.world.now + exponential(dossier.plan.procedure.withdrawn_days * DAY, chance)
            self.world.at(at, (self._withdraw,), Hop(dossier))
        dossier.plan.entry.enter(dossier)

    def _withdraw(self, hop: Hop) -> None:
        """The citizen takes the dossier back, if it is still in hand."""
        dossier: Dossier = hop.subject
        if not (dossier.ended or dossier.closed_early):
            self.tell(dossier, WithdrawalRequested)
            self._stop(dossier, "withdrawn")

    def _stop(self, dossier: Dossier, why: str) -> None:
        self.tell(dossier, Stopped, reason=why)
        self.end(dossier, "withdrawn" if why == "withdrawn" else "stopped")
        for token in (dossier, *dossier.abreast):
            if isinstance(token.node, Desk):
                token.node.pool.moved(token)  # if it waits there, it waits no more
        dossier.abreast = ()

    def hands_over(self, dossier: Dossier, agency: str, then: Callable[[Dossier], None]) -> bool:
        """Pass the dossier to another agency; true if it is on its way on paper, and `then` will be
        called."""
        policy = self.profile.hand_over
        if self.happens(policy.electronic, "hand_over", dossier):
            self._hand_over(dossier, agency, electronic=True)
            return False

        def arrived(dossier: Dossier) -> None:
            if not dossier.ended:
                self._hand_over(dossier, agency, electronic=False)
                then(dossier)

        self.world.at(self.next_round(policy.round_hours * HOUR), (arrived,), dossier)
        return True

    def _hand_over(self, dossier: Dossier, agency: str, electronic: bool) -> None:
        source = dossier.agency
        self.tell(dossier, HandedOver, source=source, target=agency, electronic=electronic)
        dossier.agency = agency

    def hand_over_part(self, part: Part, agency: str) -> None:
        """A part goes to its agency, with no messenger; the dossier stays where it is."""
        electronic = self.happens(self.profile.hand_over.electronic, "hand_over", part.dossier)
        self.tell(part.dossier, HandedOver, source=part.agency, target=agency, electronic=electronic)
        part.agency = agency

    def judge(self, dossier: Dossier) -> bool:
        """After the deciding step: whether the dossier is refused, or waits for papers."""
        if dossier.closed_early:
            return False
        procedure, n = dossier.plan.procedure, dossier.supplements
        if procedure.refused and not n and self.happens(procedure.refused, "refused", dossier):
            self.tell(dossier, Refused, reason="conditions not met")
            self._refile(dossier)
            self.end(dossier, "refused")
            return True
        supplement = procedure.supplement
        if n:
            share = supplement.again if n < supplement.most else 0.0
        else:
            share = getattr(supplement, dossier.channel)
            if share and supplement.digitised != 1 and self.outcomes.digitised(dossier):
                share *= supplement.digitised
        if not self.happens(share, f"supplement/{n}", dossier):
            return False
        self._ask_for_papers(dossier, n)
        return True

    def _ask_for_papers(self, dossier: Dossier, n: int) -> None:
        supplement = dossier.plan.procedure.supplement
        dossier.supplements = n + 1
        self._pause(dossier)
        self.tell(dossier, SupplementRequested)
        if self.happens(supplement.abandoned, f"abandoned/{n}", dossier):
            self.world.at(self.world.now + supplement.patience_days * DAY, (self._abandoned,), dossier)
            return
        luck = dossier.fate.luck
        given = luck.waits(f"answer/{n}")
        wait = given[dossier.k] if given else None
        if wait is None:
            wait = exponential(supplement.wait_days * DAY, dossier.fate[f"answer/{n}"][dossier.k])
        at = self.world.now + wait
        if dossier.channel != "online":
            at = self.hours.opening(at)
        withdrawn = supplement.withdrawn and supplement.withdrawn / (
            1 - supplement.abandoned
        )  # of all requests
        if self.happens(withdrawn, f"withdrawn/{n}", dossier):
            self.world.at(at, (self._taken_back,), dossier)
        else:
            self.world.at(at, (self._answered,), dossier)

    def _taken_back(self, dossier: Dossier) -> None:
        if not dossier.ended:
            self.tell(dossier, WithdrawalRequested)
            self._stop(dossier, "withdrawn")

    def _abandoned(self, dossier: Dossier) -> None:
        if not dossier.ended:
            self._stop(dossier, "not supplemented in time")

    def _answered(self, dossier: Dossier) -> None:
        """The papers came: back to the deciding step."""
        if dossier.ended:
            return
        if dossier.channel == "in_person":
            dossier.visits += 1
        node = dossier.node
        self._resume(dossier, anew=True)
        self.tell(dossier, SupplementProvided, dossier.due)
        self.watch(dossier)
        revisit(dossier, (node.name,))
        node.enter(dossier)

    def charge(self, dossier: Dossier, node: Money) -> None:
        """The citizen is asked to pay, and the clock stands until he has."""
        self._pause(dossier)
        self.tell(dossier, PaymentRequested, amount=dossier.plan.procedure.fee)
        step, now = node.step, self.world.now
        if self.happens(step.unpaid, "unpaid", dossier):
            self.world.at(now + step.patience_days * DAY, (self._never_paid,), dossier)
        else:
            chance = dossier.fate["paying"][dossier.k]
            self.world.at(now + exponential(step.wait_days * DAY, chance), (self._paid,), dossier)

    def _never_paid(self, dossier: Dossier) -> None:
        if not dossier.ended:
            self._stop(dossier, "not paid in time")

    def _paid(self, dossier: Dossier) -> None:
        if dossier.ended:
            return
        intake = self.profile.intake
        online = intake is not None and self.happens(intake.paid_online, "paid_online", dossier)
        self._resume(dossier, anew=False)
        self.tell(dossier, PaymentMade, dossier.due, online=online)
        self.watch(dossier)
        dossier.node.onward(dossier)

    def _pause(self, dossier: Dossier) -> None:
        """The limit's clock stands from now on."""
        now = floor(self.world.now)
        if not dossier.closed_early:
            dossier.late = dossier.breaks(now)
        dossier.paused_since = now

    def _resume(self, dossier: Dossier, anew: bool) -> None:
        """The clock runs again; where the law says so after papers, from the start.

        Else the due date moves by the working time waited, so that it stays within the office's hours.
        """
        since, now = dossier.paused_since, floor(self.world.now)
        assert since is not None
        dossier.paused_since = None
        due = dossier.due
        if due is not None and not dossier.closed_early:
            origin = self.province.calendars.origin
            policy = self.deadlines.rules(now).supplement_clock if anew else "pause"
            if policy == "restart":
                due = self.deadlines.due(now, dossier.plan.limit)[0]
            elif policy == "shift":
                due = floor(rounded(origin + due + now - since, self.calendar)) - origin
            else:
                waited = self.hours.worked(now) - self.hours.worked(since)
                due = floor(self.hours.add(due, waited)) if waited > 0 else due
            if due is not None:
                dossier.moved += floor(due) - floor(dossier.due or 0)
            dossier.due = due

    def watch(self, dossier: Dossier) -> None:
        """See to the dossier before it falls due."""
        if self.watches:
            self.letters.watch(dossier)

    def close_early(self, dossier: Dossier) -> None:
        """State 9 without a result; the work goes on unseen."""
        self.outcomes.close_early(dossier)

    def end(self, dossier: Dossier, outcome: str) -> None:
        """The dossier has ended without a result."""
        self.outcomes.end(dossier, outcome)

    def gone(self, dossier: Dossier) -> None:
        """A visitor left for good, and no dossier came of it."""
        self.province.forget(dossier)

    # -- filings -------------------------------------------------------------------------------------------

    def dossier(self, plan: Plan, fate: Fate, k: int, channel: Any) -> Dossier:
        """A new dossier with its luck."""
        dossier = Dossier()
        dossier.plan, dossier.fate, dossier.k, dossier.channel = plan, fate, k, channel
        dossier.filed = self.world.now
        if self.ledger.keeps:
            self.ledger.open(dossier)
        return dossier

    def file_again(self, visitor: Dossier) -> None:
        """A visitor who left comes again at the next working day's opening."""
        self.ledger.close(visitor)
        self.gone(visitor)
        again = self.dossier(visitor.plan, visitor.fate, visitor.k, visitor.channel)
        again.id, again.returned_once = visitor.id, True
        again.visits, again.filed = visitor.visits, visitor.filed
        self.province.count(again)
        self.world.at(self.hours.opening(self.closing(self.world.now)), (self._come_again,), again)

    def _come_again(self, visitor: Dossier) -> None:
        self.counter.file(visitor)

    def _refile(self, dossier: Dossier) -> None:
        refiled = dossier.plan.procedure.refiled
        if (
            refiled is None
            or dossier.resubmits is not None
            or not self.happens(refiled.share, "refiled", dossier)
        ):
            return
        chance = dossier.fate["refiling"][dossier.k]
        at = self.world.now + exponential(refiled.after_days * DAY, chance)
        if dossier.channel != "online":
            at = self.hours.opening(at)
        self.province.coming += 1
        self.world.at(at, (self._file_refused,), Hop(dossier))

    def _file_refused(self, hop: Hop) -> None:
        """Who was refused files again, better prepared: with luck of its own."""
        first: Dossier = hop.subject
        self.province.coming -= 1
        if self.successor is not None:
            return
        self._refiled += 1
        fate = first.fate.again()
        again = self.dossier(self.plan(first.plan.key), fate, first.k, first.channel)
        again.id, again.resubmits = f"{first.id}-r", first.id
        self.province.count(again)
        self.counter.file(again)
