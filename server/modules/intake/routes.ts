import { listHl7Profiles, previewHl7Profile, putHl7Profile } from '../../../contract/hl7-profile.ts'
import {
  correctIntakeMessage,
  getIntakeMessage as getIntakeMessageRoute,
  getIntakeOverview as getIntakeOverviewRoute,
  listIntakeMessages as listIntakeMessagesRoute,
  listIntakeNotes,
  postIntakeMessage,
  replayIntakeMessages,
  revealIntakeMessage,
} from '../../../contract/intake.ts'
import { encode } from '../hl7/charset.ts'
import { isProblem, readHeader } from '../hl7/header.ts'
import { RawStore } from './store.ts'
import { audit } from '../../platform/audit.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import { wakeLoop } from '../../platform/loop.ts'
import type { Services } from '../../platform/services.ts'
import { correctMessage, revealMessage } from './correct.ts'
import { getIntakeMessage, getIntakeOverview, listIntakeMessages, replayMessages } from './intake.ts'
import { listNotes } from './notes.ts'
import { assertMaySend } from './scope.ts'
import { listProfiles, previewProfile, putProfile } from './profile.ts'

export function mountIntake(api: Api, { db: database }: Services): void {
  const store = new RawStore(database, () => {
    wakeLoop('intake')
  })
  implement(api, getIntakeOverviewRoute, ({ db, actor }) => getIntakeOverview(db, actor))
  implement(api, replayIntakeMessages, async ({ db, actor, body }) => ({
    replayed: await transaction(db, (trx) => replayMessages(trx, actor, body.ids)),
  }))
  implement(api, revealIntakeMessage, ({ db, actor, params, body }) =>
    revealMessage(db, actor, params.id, body.reason),
  )
  implement(api, correctIntakeMessage, ({ db, actor, params, body }) =>
    transaction(db, (trx) => correctMessage(trx, actor, params.id, body)),
  )
  implement(api, listHl7Profiles, ({ db, actor }) => listProfiles(db, actor))
  implement(api, putHl7Profile, ({ db, actor, body }) =>
    transaction(db, (trx) => putProfile(trx, actor, body)),
  )
  implement(api, previewHl7Profile, ({ db, actor, body }) => previewProfile(db, actor, body))
  implement(api, listIntakeMessagesRoute, ({ db, actor, query }) => listIntakeMessages(db, actor, query))
  implement(api, listIntakeNotes, ({ db, actor, query }) => listNotes(db, actor, query))
  implement(api, postIntakeMessage, async ({ db, actor, body }) => {
    const bytes = encode(body.message)
    const header = readHeader(bytes)
    const boundTo = isProblem(header) ? null : await assertMaySend(db, actor, 'intake.send', header)
    const { code, controlId, text } = await store.accept(bytes, boundTo)
    await audit(db, actor, { action: 'intake.send', subject: controlId.slice(0, 100) })
    return { code, controlId, text }
  })
  implement(api, getIntakeMessageRoute, ({ db, actor, params }) => getIntakeMessage(db, actor, params.id))
}
