import pg from 'pg'
import fs from 'node:fs'
const url = fs.readFileSync('/tmp/seg/db.out','utf8').trim().split('\n').pop()
const c = new pg.Client({ connectionString: url }); await c.connect()
for (const q of process.argv.slice(2)) { const t=performance.now(); const r = await c.query(q); const ms=performance.now()-t
 for (const one of [r].flat()) for (const row of one.rows ?? []) console.log(Object.values(row).join(' | ')); console.log('--', ms.toFixed(1),'ms') }
await c.end()
