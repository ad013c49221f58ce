import type { Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'

/**
 * Staff work in a department of their own site: departments are reached by it, so another's would open that site.
 * @throws {AppError} invalid at `departmentId`, also when there is no such department
 */
export async function assertDepartmentOf(
  trx: Trx,
  siteId: number,
  departmentId: number | null | undefined,
): Promise<void> {
  if (departmentId == null) return
  const row = await trx
    .selectFrom('department')
    .select('id')
    .where('id', '=', departmentId)
    .where('site_id', '=', siteId)
    .executeTakeFirst()
  if (!row)
    throw new AppError('invalid', undefined, [
      { path: 'departmentId', message: 'The department is not of this site.' },
    ])
}
