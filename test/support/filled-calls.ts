import type { InsertRow } from './filled-clinic.ts'

/** A telephone system with a call and a call of the machine, by the first words of their routes. */
export async function fillCalls(
  id: InsertRow,
  of: {
    code: string
    mark: string
    site: number
    phone: string
    person: number
    task: number
    version: number
  },
): Promise<Record<string, { id: number }>> {
  const account = await id('telephony_account', {
    site_id: of.site,
    kind: 'webhook',
    name: `${of.mark}总机`,
    config: JSON.stringify({}),
    updated_by: of.mark,
  })
  const call = await id('call', {
    account_id: account,
    site_id: of.site,
    external_id: of.code,
    direction: 'inbound',
    number: `+86${of.phone}`,
    person_id: of.person,
    started_at: new Date(),
    seen_at: new Date(),
    note: of.mark,
  })
  const review = await id('call_review', {
    call_id: call,
    site_id: of.site,
    user_name: of.mark,
    questionnaire_version_id: of.version,
    created_by_name: of.mark,
    comment: of.mark,
  })
  const voice = await id('voice_call', {
    site_id: of.site,
    person_id: of.person,
    task_id: of.task,
    attempt: 1,
    account_id: account,
    questionnaire_version_id: of.version,
    state: 'ended',
    script: JSON.stringify({}),
    steps: JSON.stringify([{ at: new Date().toISOString(), kind: 'heard', text: of.mark }]),
    fence: 1,
    outcome: 'completed',
    ended_at: new Date(),
  })
  return {
    'telephony/accounts': { id: account },
    calls: { id: call },
    'call-reviews': { id: review },
    'voice/calls': { id: voice },
  }
}
