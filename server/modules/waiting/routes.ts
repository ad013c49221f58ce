import { listWaiting as listRoute } from '../../../contract/waiting.ts'
import { type Api, implement } from '../../platform/http.ts'
import { listWaiting } from './waiting.ts'

export function mountWaiting(api: Api): void {
  implement(api, listRoute, ({ db, actor }) => listWaiting(db, actor))
}
