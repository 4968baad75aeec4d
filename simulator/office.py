"""The one-stop office: what happens to a dossier from filing to the result in the citizen's hands."""

from collections.abc import Iterator
from datetime import date, timedelta
from math import floor, log1p
from typing import Any

from msgspec.structs import replace

from dossier.event import (
    Accepted,
    Fact,
    HandedOver,
    NotAccepted,
    PaymentMade,
    PaymentRequested,
    Rated,
    Refused,
    Resolved,
    ResultReturned,
    StepFinished,
    Stopped,
    Submitted,
    SupplementProvided,
    SupplementRequested,
    WithdrawalRequested,
)
from dossier.law import deadline
from dossier.law.calendar import WorkingCalendar
from simulator.demand import CHANNELS, Inflow
from simulator.draws import Fortune
from simulator.ledger import Dossier, Ledger
from simulator.letters import Letters
from simulator.model import Scenario
from simulator.route import DAY, HOUR, MINUTE, Desk, Elsewhere, Money, Step, plan
from simulator.world import Hop, Pool, World


class Office:
    """One receiving unit at work; every method is a moment in a dossier's life."""

    def __init__(
        self,
        name: str,
        scenario: Scenario,
        calendar: WorkingCalendar,
        world: World,
        ledger: Ledger,
        inflow: Inflow,
        fortune: Fortune,
    ) -> None:
        spec = scenario.offices[name]
        self.name = name
        self._profile = profile = scenario.profiles[spec.profile]
        self._calendar, self._world, self._ledger = calendar, world, ledger
        self.pools = {
            key: Pool(world, calendar, spec.staff[key], pool.share or spec.share, pool.agency)
            for key, pool in profile.pools.items()
        }
        self._plans = [plan(key, scenario.procedures[key], self.pools) for key in profile.mix]
        self._counter = self.pools[profile.intake.pool]
        self._intake = {
            channel: getattr(profile.intake, f"{channel}_minutes") * MINUTE / self._counter.share
            for channel in CHANNELS
        }
        apology = profile.apology
        if spec.letters is not None:
            apology = replace(apology, share=spec.letters)
        self._tell = ledger.tell
        self._letters = Letters(world, calendar, ledger, apology)
        self._inflow, self._fortune = inflow, fortune

    def work(self, since: date, until: date) -> None:
        """Take filings from one day on until another."""
        self._arrivals = self._filings(since, until)
        self._await_next()

    def _filings(self, since: date, until: date) -> Iterator[tuple[float, Dossier]]:
        monday = since - timedelta(days=since.weekday())
        while monday < until:
            filings = list(self._inflow.week(monday))
            for filing, luck in zip(filings, self._fortune.deal(len(filings)), strict=True):
                if since <= filing.day < until:
                    yield filing.at, Dossier(self.name, self._plans[filing.procedure], filing, luck)
            monday += timedelta(days=7)

    def _await_next(self) -> None:
        at, dossier = next(self._arrivals, (0.0, None))
        if dossier:
            self._world.at(at, self._filed, dossier)

    def _filed(self, hop: Hop) -> None:
        dossier: Dossier = hop.subject
        self._await_next()
        self._ledger.open(dossier)
        if dossier.channel == "online":
            self._submit(dossier)
        self._counter.ask(dossier.seconds(self._intake[dossier.channel]), self._received, dossier)

    def _submit(self, dossier: Dossier) -> None:
        procedure = dossier.plan.procedure
        self._tell(
            dossier,
            Submitted,
            procedure=procedure.code,
            channel="online",
            level=self._profile.level,
            field=procedure.field,
            agency=procedure.agency,
        )

    def _received(self, dossier: Dossier, _: float) -> None:
        """The counter has looked: state 2 or 3 of the national portal."""
        if dossier.channel == "online" and dossier.luck.turned_away < self._profile.intake.not_accepted:
            self._tell(dossier, NotAccepted, reason="not eligible")
            self._ledger.close(dossier)
            return
        self._accept(dossier)
        if dossier.plan.pays_first:
            online = dossier.luck.paid_online < self._profile.intake.paid_online
            self._tell(dossier, PaymentRequested, amount=dossier.plan.procedure.fee)
            self._tell(dossier, PaymentMade, online=online)
        self._letters.watch(dossier)
        self._advance(dossier)

    def _accept(self, dossier: Dossier) -> None:
        """Form 01: the receipt with the appointment, counted from this second by the law of the day."""
        profile, luck, procedure = self._profile, dossier.luck, dossier.plan.procedure
        dossier.accepted = at = int(self._world.now)
        dossier.agency = self._counter.agency
        due = deadline.due(at, dossier.plan.limit, self._calendar)
        dossier.due = None if due.at is None else floor(due.at)
        self._tell(
            dossier,
            Accepted,
            procedure=procedure.code,
            channel=dossier.channel,
            online=dossier.channel == "online",
            due_at=None if dossier.due is None else self._ledger.clock(dossier.due),
            limit=procedure.limit,
            rules=due.rules.id,
            level=profile.level,
            field=procedure.field,
            agency=procedure.agency,
            service=procedure.service,
            authenticated=luck.authenticated < profile.intake.authenticated,
            fee=procedure.fee,
            obligation=procedure.fee > 0,
            digitised=luck.digitised < profile.outcome.digitised,
            reused=luck.reused < profile.outcome.reused,
        )

    def _advance(self, dossier: Dossier) -> None:
        dossier.position += 1
        if dossier.position == len(dossier.plan.steps):
            self._resolve(dossier)
            return
        step = dossier.plan.steps[dossier.position]
        if step.agency == dossier.agency or isinstance(step, Money):
            self._begin(dossier, step)
        elif dossier.luck.hand_over < self._profile.hand_over.electronic:
            self._hand_over(dossier, step, True)
        else:
            at = self._next_round(self._profile.hand_over.round_hours * HOUR)
            self._world.at(at, self._messenger, dossier)

    def _messenger(self, hop: Hop) -> None:
        dossier: Dossier = hop.subject
        self._hand_over(dossier, dossier.plan.steps[dossier.position], False)

    def _hand_over(self, dossier: Dossier, step: Step, electronic: bool) -> None:
        self._tell(dossier, HandedOver, source=dossier.agency, target=step.agency, electronic=electronic)
        dossier.agency = step.agency
        self._begin(dossier, step)

    def _begin(self, dossier: Dossier, step: Step) -> None:
        now = self._world.now
        if isinstance(step, Desk):
            if step.round_seconds:
                self._world.at(self._next_round(step.round_seconds), self._to_desk, dossier)
            else:
                step.pool.ask(dossier.seconds(step.seconds), self._worked, dossier)
        elif isinstance(step, Elsewhere):
            end = self._calendar.add(now, dossier.seconds(step.seconds))
            self._world.at(end, self._came_back, (dossier, now))
        else:
            self._pause(dossier, PaymentRequested, amount=dossier.plan.procedure.fee)
            self._world.at(now + _exponential(step.wait, dossier.luck.paying), self._paid, dossier)

    def _next_round(self, seconds: float) -> float:
        """The next whole multiple of `seconds` of the office's working time: rounds fall at fixed hours."""
        worked = self._calendar.worked(self._world.now)
        return max(self._world.now, self._calendar.clock((worked // seconds + 1) * seconds))

    def _to_desk(self, hop: Hop) -> None:
        dossier: Dossier = hop.subject
        step = dossier.plan.steps[dossier.position]
        assert isinstance(step, Desk)
        step.pool.ask(dossier.seconds(step.seconds), self._worked, dossier)

    def _worked(self, dossier: Dossier, began: float) -> None:
        self._step_finished(dossier, began)
        if dossier.position == 0 and self._judge(dossier):
            return
        self._advance(dossier)

    def _came_back(self, hop: Hop) -> None:
        dossier, began = hop.subject
        self._step_finished(dossier, began)
        self._advance(dossier)

    def _step_finished(self, dossier: Dossier, began: float) -> None:
        step = dossier.plan.steps[dossier.position]
        started = self._ledger.clock(int(self._calendar.opening(began)))
        self._tell(dossier, StepFinished, step=step.name, agency=step.agency, started_at=started)

    def _judge(self, dossier: Dossier) -> bool:
        """After appraisal: whether the dossier is refused, or waits for papers."""
        procedure, luck = dossier.plan.procedure, dossier.luck
        supplement = procedure.supplement
        if not dossier.requests and luck.refused < procedure.refused:
            self._tell(dossier, Refused, reason="conditions not met")
            self._ledger.close(dossier)
            return True
        asked: float = (getattr(supplement, dossier.channel), supplement.again, 0.0)[dossier.requests]
        if (luck.again if dossier.requests else luck.supplement) >= asked:
            return False
        dossier.requests += 1
        self._pause(dossier, SupplementRequested)
        chance = luck.answer if dossier.requests == 1 else 1 - luck.answer
        at = self._world.now + _exponential(supplement.wait_days * DAY, chance)
        if dossier.channel != "online":
            at = self._calendar.opening(at)
        self._world.at(at, self._answered, dossier)
        return True

    def _answered(self, hop: Hop) -> None:
        """The papers came, or the citizen takes the dossier back."""
        dossier: Dossier = hop.subject
        if dossier.luck.withdrawn < dossier.plan.procedure.supplement.withdrawn:
            self._tell(dossier, WithdrawalRequested)
            self._tell(dossier, Stopped, reason="withdrawn")
            self._ledger.close(dossier)
            return
        self._resume(dossier, SupplementProvided)
        self._begin(dossier, dossier.plan.steps[0])

    def _paid(self, hop: Hop) -> None:
        dossier: Dossier = hop.subject
        online = dossier.luck.paid_online < self._profile.intake.paid_online
        self._resume(dossier, PaymentMade, online=online)
        self._advance(dossier)

    def _pause(self, dossier: Dossier, kind: type[Fact], **facts: Any) -> None:
        """The limit's clock stands from now on."""
        dossier.paused_since = int(self._world.now)
        self._tell(dossier, kind, **facts)

    def _resume(self, dossier: Dossier, kind: type[Fact], **facts: Any) -> None:
        """The clock runs again; the due date moves by the working time waited."""
        since, now = dossier.paused_since, int(self._world.now)
        assert since is not None
        dossier.paused_since = None
        if dossier.due is not None:
            waited = self._calendar.between(since, now)
            dossier.due = floor(self._calendar.add(dossier.due, waited)) if waited > 0 else dossier.due
            facts["due_at"] = self._ledger.clock(dossier.due)
        self._tell(dossier, kind, **facts)
        self._letters.watch(dossier)

    def _resolve(self, dossier: Dossier) -> None:
        outcome, luck = self._profile.outcome, dossier.luck
        electronic = luck.electronic < outcome.electronic
        self._tell(
            dossier,
            Resolved,
            result_number=f"KQ-{dossier.id}",
            electronic=electronic,
            digitised=luck.digitised < outcome.digitised,
            reused=luck.reused < outcome.reused,
        )
        dossier.late = dossier.due is not None and int(self._world.now) > dossier.due
        self._ledger.close(dossier)
        if electronic and dossier.channel == "online":
            self._return(dossier, "online")
        else:
            wait = _exponential(outcome.return_hours * HOUR, luck.returning)
            self._world.at(self._calendar.add(self._world.now, wait), self._fetched, dossier)

    def _fetched(self, hop: Hop) -> None:
        self._return(hop.subject, "post" if hop.subject.channel == "post" else "in_person")

    def _return(self, dossier: Dossier, channel: str) -> None:
        outcome, luck = self._profile.outcome, dossier.luck
        self._tell(dossier, ResultReturned, channel=channel)
        if luck.rated < outcome.rated:
            happy = luck.satisfied < (outcome.satisfied_late if dossier.late else outcome.satisfied)
            self._tell(dossier, Rated, score=5 if happy else 2)


def _exponential(mean: float, chance: float) -> float:
    return -mean * log1p(-chance)
