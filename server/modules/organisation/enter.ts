import type { Insertable } from 'kysely'
import type { Staff } from '../../platform/db-types.ts'
import type { Trx } from '../../platform/db.ts'

/** A hospital's organisation as entered by hand; codes are unique within their site. */
export type Organisation = {
  sites: { code: string; name: string; timeZone: string }[]
  departments: { siteCode: string; code: string; name: string; specialty: string | null }[]
  staff: {
    siteCode: string
    departmentCode: string | null
    code: string
    name: string
    title: string | null
    role: NonNullable<Insertable<Staff>['role']>
  }[]
}

/** Writes a complete, reviewed organisation; existing rows stay unchanged, except for names of sites. */
export async function enterOrganisation(
  trx: Trx,
  { sites, departments, staff }: Organisation,
): Promise<void> {
  const siteRows = await trx
    .insertInto('site')
    .values(sites.map(({ code, name, timeZone }) => ({ code, name, time_zone: timeZone })))
    .onConflict((c) =>
      c
        .column('code')
        .doUpdateSet((e) => ({ name: e.ref('excluded.name'), time_zone: e.ref('excluded.time_zone') })),
    )
    .returning(['id', 'code'])
    .execute()
  const siteIds = new Map(siteRows.map((site) => [site.code, site.id]))
  const siteId = (code: string) => siteIds.get(code) ?? 0
  await trx
    .insertInto('department')
    .values(
      departments.map(({ siteCode, code, name, specialty }) => ({
        site_id: siteId(siteCode),
        code,
        name,
        specialty,
      })),
    )
    .onConflict((c) => c.columns(['site_id', 'code']).doNothing())
    .execute()
  const known = await trx.selectFrom('department').select(['id', 'site_id', 'code']).execute()
  const departmentIds = new Map(known.map((one) => [`${one.site_id}|${one.code}`, one.id]))
  await trx
    .insertInto('staff')
    .values(
      staff.map(({ siteCode, departmentCode, code, name, title, role }) => ({
        site_id: siteId(siteCode),
        department_id: departmentIds.get(`${siteId(siteCode)}|${departmentCode}`) ?? null,
        code,
        name,
        title,
        role,
      })),
    )
    .onConflict((c) => c.columns(['site_id', 'code']).doNothing())
    .execute()
}
