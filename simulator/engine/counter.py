"""The counter: filings by every channel, the ticket queue and its patience, and acceptance with form 01."""

from math import floor
from typing import TYPE_CHECKING, Any

from dossier.event import Accepted, NotAccepted, PaymentMade, PaymentRequested, StepFinished, Submitted
from simulator.engine.dossier import Dossier
from simulator.engine.fate import exponential
from simulator.engine.ledger import Telling
from simulator.engine.nodes import MINUTE, Node
from simulator.engine.pools import Pool
from simulator.engine.route import Plan
from simulator.engine.world import Hop
from simulator.luck.draws import Column
from simulator.luck.table import whole
from simulator.scenario.model import Intake

if TYPE_CHECKING:
    from simulator.engine.office import Office

LAST_MINUTES = 30.0
"""What was received on paper and is entered late is entered in so many minutes before closing; assumed."""

Papers = tuple[bool, bool, bool]
"""Whether the filer is authenticated, and the papers are digitised, and reused."""


class Counter:
    """Where the dossiers of one office come in."""

    def __init__(self, office: "Office") -> None:
        self._office = office
        self.intake = intake = office.profile.intake
        self._step: Telling | None = None
        self._tells = office.ledger.tells
        self._agency = ""
        """Who takes dossiers in; none: who resolves them."""
        self._accepted: dict[tuple[Any, ...], Telling] = {}
        self._submitted: dict[Plan, Telling] = {}
        self._look()
        if intake is None:
            return
        self.pool: Pool = office.pool(intake.pool)
        self._agency = self.pool.agency
        self._mean = {
            "online": intake.online_minutes * MINUTE / self.pool.share,
            "in_person": intake.in_person_minutes * MINUTE / self.pool.share,
            "post": intake.post_minutes * MINUTE / self.pool.share,
        }
        self._node = Node(office, None, intake.step or "intake")
        self._slots = {channel: object() for channel in self._mean}
        """Under which the draws of a block are kept."""
        filed = {*office.profile.mix, *office.province.scenario.offices[office.name].volumes}
        self._alike = intake.variation is not None or len(filed) == 1
        self._done = office.watched(intake.step or "intake", self.pool, (self._received,))
        if intake.step:
            self._step = office.telling(StepFinished, step=intake.step, agency=self.pool.agency)
        self._served = intake.post_office > 0 or intake.patience_minutes is not None
        self._turns_away = intake.not_accepted > 0
        self._late = office.profile.conduct.entered_late > 0

    def renew(self) -> None:
        """The office has changed: who still waits at this counter is told of in its new words."""
        self._accepted.clear()
        self._submitted.clear()
        self._look()
        if self._step is not None and self.intake is not None:
            self._step = self._office.telling(StepFinished, step=self.intake.step, agency=self._agency)

    def _look(self) -> None:
        """Whether all papers that come in are alike."""
        outcome = self._office.profile.outcome
        authenticated = 0.0 if self.intake is None else self.intake.authenticated
        shares = authenticated, outcome.digitised, outcome.reused
        self._papers: Papers | None = None
        """Those of all dossiers; None: each has its own."""
        if all(share in {0, 1} for share in shares):
            self._papers = bool(authenticated), bool(outcome.digitised), bool(outcome.reused)

    def file(self, dossier: Dossier) -> None:
        """A citizen files."""
        if dossier.channel == "online":
            self._submit(dossier)
        elif dossier.channel == "in_person":
            dossier.visits += 1
        if self.intake is None:
            self._accept(dossier)
        elif not self._served or not self._otherwise(dossier):
            dossier.node = self._node
            self.pool.ask(self._seconds(dossier), dossier, self._done)

    def _otherwise(self, dossier: Dossier) -> bool:
        """Visitors whom the post's staff receive; and those who may leave."""
        office, intake = self._office, self.intake
        assert intake is not None
        if dossier.channel != "in_person":
            return False
        if office.happens(intake.post_office, "post_office", dossier):
            dossier.by_post_office = True
            self._received(dossier)
            return True
        if intake.patience_minutes is not None:
            office.visitors += office.ledger.started
            chance = dossier.fate["patience"][dossier.k]
            at = office.world.now + exponential(intake.patience_minutes * MINUTE, chance)
            dossier.began = -1.0
            office.world.at(at, (self._tired,), Hop(dossier))
        return False

    def _tired(self, hop: Hop) -> None:
        """Still waiting? Then the visitor leaves, and perhaps comes again the next working day."""
        dossier: Dossier = hop.subject
        if dossier.began >= 0 or dossier.ended:
            return
        office = self._office
        intake = self.intake
        assert intake is not None
        office.left += office.ledger.started
        dossier.ended = True
        self.pool.moved(dossier)  # the queue lays the ticket aside
        if office.happens(intake.returns, "returns", dossier) and not dossier.returned_once:
            office.file_again(dossier)
        else:
            office.ledger.close(dossier)
            office.gone(dossier)

    def _seconds(self, dossier: Dossier) -> float:
        fate = dossier.fate
        slot = self._slots[dossier.channel] if self._alike else (dossier.channel, dossier.plan)
        column = fate.get(slot)
        if column is None:
            column = fate[slot] = self._column(dossier)
        return column[dossier.k]

    def _column(self, dossier: Dossier) -> Column:
        intake = self.intake
        assert intake is not None
        given = dossier.fate.luck.seconds(intake.step or "intake", 0)
        return whole(given, lambda: self._drawn(dossier, intake))

    def _drawn(self, dossier: Dossier, intake: Intake) -> Column:
        procedure, fate = dossier.plan.procedure, dossier.fate
        factors = fate.luck.factor("work/intake/0", intake.variation or procedure.variation)
        return fate.seconds(self._mean[dossier.channel], factors, procedure.spread)

    def _submit(self, dossier: Dossier) -> None:
        office = self._office
        dossier.submitted = int(office.world.now)
        if not self._tells:
            dossier.seq += 1
            return
        plan = dossier.plan
        telling = self._submitted.get(plan)
        if telling is None:
            procedure = plan.procedure
            telling = self._submitted[plan] = office.telling(
                Submitted,
                procedure=procedure.code,
                channel="online",
                level=office.profile.level,
                field=procedure.field,
                agency=procedure.agency,
            )
        office.ledger.tell(dossier, telling)

    def _received(self, dossier: Dossier) -> None:
        """The counter has looked: state 2 or 3 of the national portal."""
        office = self._office
        if dossier.ended:
            return
        intake = self.intake
        assert intake is not None
        if (
            self._turns_away
            and dossier.channel == "online"
            and office.happens(intake.not_accepted, "turned_away", dossier)
        ):
            office.tell(dossier, NotAccepted, reason="not eligible")
            office.end(dossier, "not_accepted")
            return
        if (
            self._late
            and dossier.channel != "online"
            and office.happens(office.profile.conduct.entered_late, "entered_late", dossier)
        ):
            chance = dossier.fate["entered_late/when"][dossier.k]
            closing = office.closing(office.world.now) - LAST_MINUTES * MINUTE * chance
            office.world.at(max(closing, office.world.now), (self._accept,), dossier)
            return
        self._accept(dossier)

    def accept_before(self, dossier: Dossier, at: float) -> None:
        """The dossier was accepted at an earlier instant, and has waited at its first step since."""
        self._admit(dossier, at)
        self._office.accepted(dossier)

    def _accept(self, dossier: Dossier) -> None:
        """Form 01, now."""
        office = self._office
        self._admit(dossier, office.world.now)
        if self._step is not None and not dossier.by_post_office:
            if self._tells:
                office.ledger.tell(dossier, self._step, dossier.opened)
            else:
                dossier.seq += 1
        if self.intake is not None and dossier.plan.pays_first:
            self._collect(dossier)
        office.accepted(dossier)

    def _admit(self, dossier: Dossier, at: float) -> None:
        """The receipt with the appointment, counted from this second by the law of the day."""
        plan = dossier.plan
        dossier.accepted = second = floor(at)
        dossier.agency = self._agency or plan.procedure.agency
        due, rules = self._office.deadlines.due(second, plan.limit)
        dossier.due = dossier.first_due = due
        if self._tells:
            self._office.ledger.tell(dossier, self._receipt(dossier, rules), due, at)
        else:
            dossier.seq += 1

    def _collect(self, dossier: Dossier) -> None:
        """The fee, paid as the dossier is filed."""
        office, intake = self._office, self.intake
        assert intake is not None
        online = office.happens(intake.paid_online, "paid_online", dossier)
        office.tell(dossier, PaymentRequested, amount=dossier.plan.procedure.fee)
        office.tell(dossier, PaymentMade, online=online)

    def _receipt(self, dossier: Dossier, rules: str) -> Telling:
        papers = self._papers or self._papers_of(dossier)
        if dossier.resubmits is not None:
            return self._words(dossier, rules, papers)
        key = dossier.plan, rules, dossier.channel, papers, dossier.by_post_office
        telling = self._accepted.get(key)
        if telling is None:
            telling = self._accepted[key] = self._words(dossier, rules, papers)
        return telling

    def _papers_of(self, dossier: Dossier) -> Papers:
        office, intake, outcome = self._office, self.intake, self._office.profile.outcome
        return (
            intake is not None and office.happens(intake.authenticated, "authenticated", dossier),
            office.happens(outcome.digitised, "digitised", dossier),
            office.happens(outcome.reused, "reused", dossier),
        )

    def _words(self, dossier: Dossier, rules: str, papers: Papers) -> Telling:
        procedure, channel = dossier.plan.procedure, dossier.channel
        authenticated, digitised, reused = papers
        return self._office.telling(
            Accepted,
            procedure=procedure.code,
            channel=channel,
            online=channel == "online",
            limit=procedure.limit,
            rules=rules,
            level=self._office.profile.level,
            field=procedure.field,
            agency=procedure.agency,
            service=procedure.service,
            authenticated=authenticated,
            fee=procedure.fee,
            obligation=procedure.fee > 0,
            digitised=digitised,
            reused=reused,
            post_office=dossier.by_post_office,
            resubmits=dossier.resubmits,
        )
