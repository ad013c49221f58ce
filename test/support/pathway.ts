import { stopsOn } from '../../contract/stop-rule.ts'
import fc from 'fast-check'
import { getPathwayDraft, publishPathway, savePathwayDraft } from '../../contract/pathway-draft.ts'
import type { PathwayDefinition, PathwayStep } from '../../contract/pathway.ts'
import { createPathway } from '../../server/modules/pathway/pathway.ts'
import { transaction } from '../../server/platform/db.ts'
import { type TestApp, testActor } from './app.ts'

/** A pathway of these steps, one after the other, entered by hand. */
export function definitionOf(steps: PathwayStep[], rest: Partial<PathwayDefinition> = {}): PathwayDefinition {
  return {
    purpose: 'clinical',
    entry: { event: null, maxAgeDays: 30 },
    variables: {},
    stopOn: stopsOn('death', 'readmission', 'opt-out', 'refusal'),
    start: steps[0]?.key ?? '',
    steps,
    ...rest,
  }
}

type Of<K extends PathwayStep['kind']> = Partial<Extract<PathwayStep, { kind: K }>>

export const wait = (key: string, next: string | null, more: Of<'wait'> = {}): PathwayStep => ({
  key,
  title: key,
  next,
  kind: 'wait',
  since: 'here',
  for: { value: 1, unit: 'days' },
  ...more,
})
export const task = (key: string, next: string | null, more: Of<'task'> = {}): PathwayStep => ({
  key,
  title: key,
  next,
  kind: 'task',
  task: 'follow-up-call',
  assignee: 'service-centre',
  dueSince: 'here',
  dueIn: { value: 3, unit: 'days' },
  priority: 'routine',
  waitFor: 'nothing',
  ...more,
})
export const message = (key: string, next: string | null): PathwayStep => ({
  key,
  title: key,
  next,
  kind: 'message',
  channel: 'email',
  purpose: 'clinical',
  subject: '{{hospital}}',
  body: '{{name}}',
})

let count = 0

/** Publishes it and answers the pathway's id. */
export function makePathway(app: TestApp, definition: PathwayDefinition): Promise<number> {
  count += 1
  const code = `test-${count}`
  return transaction(app.db, (trx) => createPathway(trx, testActor, { code, name: code, definition }))
}

/** Saves it as the draft and publishes that, as the editor does. */
export async function publish(app: TestApp, caller: string, id: number, definition: PathwayDefinition) {
  const { body } = await app.request(caller, getPathwayDraft, { params: { id } })
  const saved = await app.request(caller, savePathwayDraft, {
    params: { id },
    body: { definition, revision: body.draft?.revision ?? 0 },
  })
  return app.request(caller, publishPathway, { params: { id }, body: { revision: saved.body.revision } })
}

/** Pathways without a circle: every step leads to the next one, branches (on a woman) may jump ahead or end. */
export const anySteps = fc
  .array(
    fc.record({
      kind: fc.constantFrom('wait', 'branch', 'task', 'message', 'result'),
      days: fc.integer({ min: 0, max: 9 }),
      yes: fc.boolean(),
      jump: fc.integer({ min: 1, max: 6 }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((shapes) =>
    shapes.map(({ kind, days, yes, jump }, at): PathwayStep => {
      const key = `s${at}`
      const to = (step: number) => (step < shapes.length ? `s${step}` : null)
      if (kind === 'wait') return wait(key, to(at + 1), { for: { value: days, unit: 'days' } })
      if (kind === 'message') return message(key, to(at + 1))
      if (kind !== 'branch')
        return task(key, to(at + 1), { waitFor: kind === 'result' ? 'result' : 'nothing' })
      const when = { fact: 'person.sex', op: '=' as const, value: yes ? 'female' : 'male' }
      return { key, title: key, kind: 'branch', when, next: to(at + 1), otherwise: to(at + jump) }
    }),
  )

/** The way through, read off the definition without the engine. */
export function wayThrough(steps: PathwayStep[], start = 's0'): string[] {
  const way: string[] = []
  const byKey = new Map(steps.map((step) => [step.key, step]))
  for (let step = byKey.get(start); step;) {
    way.push(step.key)
    const next =
      step.kind === 'branch' && 'value' in step.when && step.when.value === 'male'
        ? step.otherwise
        : step.next
    step = next === null ? undefined : byKey.get(next)
  }
  return way
}
