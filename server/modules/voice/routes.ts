import * as routes from '../../../contract/voice.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import type { Services } from '../../platform/services.ts'
import { getVoiceCall, getVoiceToday, listTaskVoiceCalls, listVoiceCalls, pauseVoice } from './list.ts'
import { audioOf } from './prompt.ts'
import {
  hearVoicePrompt,
  listVoicePrompts,
  listVoiceQuestionnaires,
  recordVoicePrompt,
  resetVoicePrompt,
} from './record.ts'

const sound = (wav: Buffer) => new Response(new Uint8Array(wav), { headers: { 'content-type': 'audio/wav' } })

export function mountVoice(api: Api, services: Services): void {
  implement(api, routes.listVoiceCalls, ({ db, actor, query }) => listVoiceCalls(db, actor, query))
  implement(api, routes.getVoiceCall, ({ db, actor, params }) => getVoiceCall(db, actor, params.id))
  implement(api, routes.listTaskVoiceCalls, ({ db, actor, params }) =>
    listTaskVoiceCalls(db, actor, params.id),
  )
  implement(api, routes.getVoiceToday, ({ db, actor }) => getVoiceToday(db, actor))
  implement(api, routes.pauseVoice, ({ db, actor, body }) =>
    transaction(db, (trx) => pauseVoice(trx, actor, body)).then(() => undefined),
  )
  implement(api, routes.listVoiceQuestionnaires, ({ db, actor }) => listVoiceQuestionnaires(db, actor))
  implement(api, routes.listVoicePrompts, ({ db, actor, params, query }) =>
    listVoicePrompts(db, actor, params.id, query.siteId),
  )
  implement(api, routes.recordVoicePrompt, ({ db, actor, body }) =>
    transaction(db, (trx) => recordVoicePrompt(trx, actor, body)),
  )
  implement(api, routes.resetVoicePrompt, ({ db, actor, body }) =>
    transaction(db, (trx) => resetVoicePrompt(trx, actor, body)).then(() => undefined),
  )
  // Speaking takes a moment and happens outside of any transaction.
  implement(api, routes.hearVoicePrompt, async ({ actor, body }) =>
    sound(await hearVoicePrompt(services, actor, body)),
  )
  implement(api, routes.fetchVoiceAudio, async ({ db, params }) => {
    const answer = sound(await audioOf(db, params.token))
    // The same for everybody who has the address; Asterisk's cache of media keeps it.
    answer.headers.set('cache-control', 'private, max-age=3600')
    return answer
  })
}
