import type { Actor } from '../../platform/actor.ts'
import type { Db } from '../../platform/db.ts'

/** The list of a home-visit team; its name starts with that of the outreach department's list. */
export const visitQueue = (siteId: number, teamId: number) => `site:${siteId}:outreach:team:${teamId}`

function visitTeamsOf(db: Db, staffId: number): Promise<{ id: number; site_id: number }[]> {
  return db
    .selectFrom('visit_team_member as m')
    .innerJoin('visit_team as v', 'v.id', 'm.team_id')
    .select(['v.id', 'v.site_id'])
    .where('m.staff_id', '=', staffId)
    .where('v.active', '=', true)
    .execute()
}

/** The lists an actor works from: one's own, and those of one's roles at one's departments and sites. */
export async function queuesOf(db: Db, actor: Pick<Actor, 'staffId' | 'grants'>): Promise<string[]> {
  const queues = new Set<string>()
  if (actor.staffId !== null) queues.add(`staff:${actor.staffId}`)
  let siteIds: number[] | undefined
  for (const { role, siteId, departmentId } of actor.grants) {
    if (role === 'nurse' || role === 'doctor') {
      if (departmentId !== null) queues.add(`department:${departmentId}:${role}`)
    } else if (role === 'department-head') {
      if (departmentId !== null) {
        queues.add(`department:${departmentId}:department-head`)
        queues.add(`department:${departmentId}:doctor`)
      }
    } else if (role === 'service-centre' || role === 'outreach') {
      siteIds ??=
        siteId === null
          ? (await db.selectFrom('site').select('id').execute()).map((site) => site.id)
          : undefined
      for (const id of siteId === null ? (siteIds ?? []) : [siteId]) queues.add(`site:${id}:${role}`)
    } else if (role === 'integration') {
      // A telephony or robot integration works the service centre's list.
      siteIds ??=
        siteId === null
          ? (await db.selectFrom('site').select('id').execute()).map((site) => site.id)
          : undefined
      for (const id of siteId === null ? (siteIds ?? []) : [siteId]) queues.add(`site:${id}:service-centre`)
    }
  }
  if (actor.staffId !== null && actor.grants.some(({ role }) => role === 'outreach'))
    for (const team of await visitTeamsOf(db, actor.staffId)) queues.add(visitQueue(team.site_id, team.id))
  return [...queues]
}

/** A red flag that a colleague has to act on. Programs register what others did, so that nothing is somebody else's for them. */
export const isOfOthers = (
  row: { kind: string; queue: string },
  actor: Pick<Actor, 'kind'>,
  queues: readonly string[],
): boolean => row.kind === 'red-flag' && actor.kind === 'staff' && !queues.includes(row.queue)
