import { sql } from 'kysely'
import { readSettings } from '../../modules/setting/setting.ts'
import { systemActor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { transaction, type Trx } from '../../platform/db.ts'
import { handle, job, type JobHandler } from '../../platform/jobs.ts'
import type { Services } from '../../platform/services.ts'

const purge = job('import.purge', { cron: '50 3 * * *' })
const cleaner = systemActor('system:import', '导入文件清理')

/** Deletes uploaded files, which hold personal data, after a time (setting `import.keep-days`), and aborted uploads after a day. */
export function importJobs({ db }: Services): JobHandler[] {
  return [handle(purge, () => transaction(db, purgeFiles))]
}

async function purgeFiles(trx: Trx): Promise<void> {
  const { 'import.keep-days': days } = await readSettings(trx, ['import.keep-days'])
  const { rows } = await sql<{ files: number }>`
    with broken as (
      delete from import where status = 'uploading' and created_at < now() - interval '1 day' returning id
    ), old as (
      update import set sample = '[]' where created_at < now() - make_interval(days => ${days}) and sample <> '[]'
        and status not in ('checking', 'importing', 'undoing') returning id
    ), chunks as (
      delete from import_chunk c using old where c.import_id = old.id
    ), errors as (
      update import_error e set value = null from old where e.import_id = old.id
    )
    select count(*) as files from old`.execute(trx)
  const files = rows[0]?.files ?? 0
  if (files > 0) await audit(trx, cleaner, { action: 'import.purge', subject: `files:${files}` })
}
