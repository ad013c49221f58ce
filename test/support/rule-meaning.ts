import type { EventFilter, EventQuestion } from '../../contract/event-fact.ts'
import type { Condition } from '../../contract/questionnaire.ts'
import { day, departments, type Human, localDate, type Model, type Visit, zones } from './rule-model.ts'

/** The living survivors who meet a condition, by id. */
export function whoMeet(model: Model, condition: Condition): number[] {
  return model.people
    .filter((one) => isCounted(model, one) && meets(model, one.id, condition))
    .map((one) => one.id)
}

const recordsFor = (model: Model, id: number) =>
  new Set([id, ...model.people.filter((one) => one.survivor === id).map((one) => one.id)])

function isCounted(model: Model, one: Human): boolean {
  return one.survivor === null && ![...recordsFor(model, one.id)].some((id) => model.people[id - 1]?.dead)
}

function meets(model: Model, id: number, condition: Condition): boolean {
  if ('all' in condition) return condition.all.every((one) => meets(model, id, one))
  if ('any' in condition) return condition.any.some((one) => meets(model, id, one))
  if ('not' in condition) return !meets(model, id, condition.not)
  if ('household' in condition)
    return household(model, id).some((other) => {
      const human = model.people[other - 1]
      return (
        other !== id &&
        human !== undefined &&
        isCounted(model, human) &&
        meets(model, other, condition.household)
      )
    })
  if ('events' in condition)
    return compared(valueOf(model, id, condition.events), condition.events.op, condition.events.value)
  if ('fact' in condition) {
    const actual = factOfPerson(model, id, condition.fact)
    // A segment is asked for by its whole code.
    return condition.fact === 'person.segments' && condition.op === 'contains'
      ? Array.isArray(actual) && actual.includes(condition.value)
      : compared(actual, condition.op, condition.value)
  }
  throw new Error('a sample is nothing for a rule')
}

function household(model: Model, id: number): number[] {
  const own = [...recordsFor(model, id)].flatMap((one) => model.people[one - 1]?.phones ?? [])
  const others = model.people
    .filter((one) => one.phones.some((phone) => own.includes(phone)))
    .map((one) => one.survivor ?? one.id)
  return [...new Set([id, ...others])]
}

/** Unknown meets nothing, not even "is not". */
function compared(actual: unknown, op: string, expected: unknown): boolean {
  const known = actual !== null && actual !== undefined && actual !== ''
  if (op === 'exists') return known === (expected !== false)
  if (!known) return false
  switch (op) {
    case '=':
      return actual === expected
    case '!=':
      return actual !== expected
    case 'in':
      return (expected as unknown[]).includes(actual)
    case 'contains':
      return Array.isArray(actual)
        ? actual.some((one) => String(one).startsWith(String(expected)))
        : typeof actual === 'string' && actual.includes(String(expected))
  }
  if (typeof actual !== typeof expected) return false
  const [a, b] = [actual as number, expected as number]
  return op === '<' ? a < b : op === '<=' ? a <= b : op === '>' ? a > b : a >= b
}

type Item = { id: number; at: number; fields: Record<string, unknown> }

function itemsOf(model: Model, id: number, of: EventQuestion['of']): Item[] {
  const own = recordsFor(model, id)
  const mine = <T extends { person: number }>(rows: readonly T[]) => rows.filter((one) => own.has(one.person))
  const place = (one: Visit) => ({
    department: departments.find((d) => d.id === one.department)?.code,
    site: `S${one.site - 1}`,
  })
  const told = (...kinds: string[]) =>
    mine(model.events)
      .filter((one) => kinds.includes(one.kind) && !('superseded' in one.data))
      .map(({ id: number, at, kind, data }) => {
        const code = data['code'] as { code: string; text: string } | undefined
        const numeric = typeof data['value'] === 'number' ? data['value'] : null
        return {
          id: number,
          at,
          fields: { ...data, value: numeric, code: code?.code, text: code?.text, state: kind.slice(12) },
        }
      })
  const visits = mine(model.visits).filter((one) => one.status !== 'cancelled')
  switch (of) {
    case 'visit':
      return visits.map((one) => ({ id: one.id, at: one.from, fields: { class: one.class, ...place(one) } }))
    case 'stay':
      return visits
        .filter((one) => one.class === 'inpatient')
        .map((one) => ({
          id: one.id,
          at: one.from,
          fields: {
            ...place(one),
            disposition: one.disposition,
            days: Math.floor(((one.to ?? model.now) - one.from) / day),
          },
        }))
    case 'diagnosis':
      return mine(model.conditions).flatMap((one) => {
        const visit = model.visits[one.visit - 1]
        return visit && visit.status !== 'cancelled'
          ? [{ id: one.id, at: visit.from, fields: { code: one.code, department: place(visit).department } }]
          : []
      })
    case 'charge':
      return told('charge.posted')
    case 'appointment':
      return told('appointment.booked', 'appointment.missed')
    case 'result':
      return told('observation.recorded')
    case 'medication':
      return told('medication.requested')
    case 'procedure':
      return told('procedure.performed')
    case 'call':
      return told('contact.attempted')
    case 'reply':
      return told('message.replied')
    case 'campaign':
    case 'immunization':
      return []
    case 'message':
      return mine(model.messages).map((one) => ({ ...one, fields: one }))
    case 'relative':
      return mine(model.relatives).map((one) => ({ ...one, fields: one }))
    case 'answer':
      return mine(model.answers)
        .filter((one) => one['completed'])
        .map((one) => ({ ...one, fields: one }))
    case 'pathway':
      return mine(model.enrollments).map((one) => ({
        ...one,
        fields: {
          ...one,
          state: one['status'] === 'completed' ? 'finished' : one['status'] === 'stopped' ? 'stopped' : 'on',
        },
      }))
    case 'membership':
      return mine(model.members)
        .filter((one) => !one['ended'])
        .map((one) => ({ ...one, fields: { ...one, kind: 'employer' } }))
  }
}

function valueOf(model: Model, id: number, asked: EventQuestion): unknown {
  const fieldOf = ({ fields }: Item, name: string, question: string | undefined): unknown =>
    name === 'answer' ? (fields['answers'] as Record<string, unknown>)[question ?? ''] : fields[name]
  const fits = (item: Item, { field, question, op, value }: EventFilter) => {
    const actual = fieldOf(item, field, question)
    // A code contains by its beginning.
    return compared(
      field === 'code' && op === 'contains' && typeof actual === 'string' ? [actual] : actual,
      op,
      value,
    )
  }
  const within = ({ at }: Item) => {
    const date = localDate(at, 'Asia/Shanghai')
    return (
      (asked.withinDays === undefined || at > model.now - asked.withinDays * day) &&
      (asked.from === undefined || date >= asked.from) &&
      (asked.to === undefined || date <= asked.to)
    )
  }
  const items = itemsOf(model, id, asked.of).filter(
    (one) => within(one) && (asked.where ?? []).every((filter) => fits(one, filter)),
  )
  if (asked.measure === 'count') return items.length
  if (asked.measure === 'sum')
    return items.reduce(
      (sum, one) => sum + Number(one.fields[asked.of === 'stay' ? 'days' : 'amount'] ?? 0),
      0,
    )
  const last = items.sort((a, b) => b.at - a.at || b.id - a.id)[0]
  return last && fieldOf(last, asked.field ?? '', asked.question)
}

const between = (from: string, to: string) => Math.round((Date.parse(to) - Date.parse(from)) / day)

function factOfPerson(model: Model, id: number, name: string): unknown {
  const human = model.people[id - 1] as Human
  const own = recordsFor(model, id)
  const visits = model.visits.filter((one) => own.has(one.person) && one.status !== 'cancelled')
  const stays = visits.filter((one) => one.class === 'inpatient')
  const latest = [...visits].sort((a, b) => b.from - a.from)[0]
  const zone = latest ? (zones[latest.site - 1] ?? '') : 'Asia/Shanghai'
  const today = localDate(model.now, zone)
  const yearAgo = model.now - 365 * day
  const first = visits.length > 0 ? Math.min(...visits.map((one) => one.from)) : null
  const discharges = stays.flatMap((one) => (one.status === 'finished' && one.to !== null ? [one.to] : []))
  const discharged = discharges.length > 0 ? Math.max(...discharges) : null
  const next = model.events
    .filter((one) => own.has(one.person) && one.kind === 'appointment.booked' && !('superseded' in one.data))
    .map((one) => Date.parse(String(one.data['start'])))
    .filter((at) => at > model.now)
    .sort((a, b) => a - b)[0]
  const date = (at: number | null | undefined) =>
    at === null || at === undefined ? null : localDate(at, zone)
  const since = (at: number | null | undefined) =>
    at === null || at === undefined ? null : between(localDate(at, zone), today)
  const home = model.people.filter((one) => own.has(one.id) && one.home).sort((a, b) => a.id - b.id)[0]?.home
  switch (name) {
    case 'person.sex':
      return human.sex
    case 'person.ageYears':
      return human.born === null
        ? null
        : Number(today.slice(0, 4)) -
            Number(human.born.slice(0, 4)) -
            (today.slice(5) < human.born.slice(5) ? 1 : 0)
    case 'person.birthDate':
      return human.born
    case 'person.language':
      return human.language
    case 'person.city':
      return home?.city
    case 'person.district':
      return home?.district
    case 'person.stage':
      if (!latest) return 'never'
      if (stays.some((one) => one.status === 'in-progress')) return 'in-hospital'
      if (discharged !== null && discharged > model.now - 30 * day) return 'after-discharge'
      return latest.from > yearAgo ? 'active' : 'lapsed'
    case 'person.departmentCode':
      return departments.find((one) => one.id === latest?.department)?.code
    case 'person.conditionCodes': {
      // Of all visits, the cancelled ones too: what was diagnosed was diagnosed.
      const codes = model.conditions.filter((one) => own.has(one.person)).map((one) => one.code)
      return codes.length > 0 ? codes : null
    }
    case 'person.visits':
      return visits.length
    case 'person.stays':
      return stays.length
    case 'person.visitsInYear':
      return visits.filter((one) => one.from > yearAgo).length
    case 'person.staysInYear':
      return stays.filter((one) => one.from > yearAgo).length
    case 'person.chargesInYear': {
      const sums = itemsOf(model, id, 'charge').filter((one) => one.at > yearAgo)
      return sums.length > 0 ? sums.reduce((sum, one) => sum + Number(one.fields['amount']), 0) : null
    }
    case 'person.daysSinceFirstVisit':
      return since(first)
    case 'person.daysSinceVisit':
      return since(latest?.from)
    case 'person.daysSinceDischarge':
      return since(discharged)
    case 'person.daysUntilVisit':
      return next === undefined ? null : between(today, localDate(next, zone))
    case 'person.firstVisitDate':
      return date(first)
    case 'person.lastVisitDate':
      return date(latest?.from)
    case 'person.lastDischargeDate':
      return date(discharged)
    case 'person.nextVisitDate':
      return date(next)
    case 'person.segments': {
      const codes = model.segments.filter((one) => one.person === id).map((one) => one.code)
      return codes.length > 0 ? codes : null
    }
    case 'person.householdSize':
      return household(model, id).length
    default:
      throw new Error(`${name} is not in the model`)
  }
}
