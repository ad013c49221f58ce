import { getTimeline as getTimelineRoute } from '../../../contract/timeline.ts'
import { type Api, implement } from '../../platform/http.ts'
import { getTimeline } from './timeline.ts'

export function mountTimeline(api: Api): void {
  implement(api, getTimelineRoute, ({ db, actor, params, query }) => getTimeline(db, actor, params.id, query))
}
