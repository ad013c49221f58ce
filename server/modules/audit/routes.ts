import { listAudit, listAuditActors, verifyAudit } from '../../../contract/audit.ts'
import { audit } from '../../platform/audit.ts'
import { type Api, implement } from '../../platform/http.ts'
import type { Services } from '../../platform/services.ts'
import { anchorFiles, readAnchors } from './anchor.ts'
import { listActors, listAuditPage } from './audit.ts'
import { verifyChain } from './verify.ts'

export function mountAudit(api: Api, services: Services): void {
  implement(api, listAudit, async ({ db, actor, query }) => {
    await audit(db, actor, { action: 'audit.list', personId: query.personId ?? null })
    return listAuditPage(db, query)
  })
  implement(api, listAuditActors, ({ db }) => listActors(db))
  implement(api, verifyAudit, async ({ db, actor }) => {
    const report = await verifyChain(db, await readAnchors(anchorFiles(services.config)))
    await audit(db, actor, { action: 'audit.verify', reason: report.intact ? 'intact' : 'not intact' })
    return report
  })
}
