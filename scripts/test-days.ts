import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { days } from '../test/support/days.ts'

// `npm run test:days`: what may depend on the day, on days that are unlike others and on the machine's own. Words after it (`-- February`) choose
// days by name, an instant (`-- 2026-03-01T08:00:00+08:00`) is a day of its own; `--only <pattern>` chooses test files.
const root = path.resolve(import.meta.dirname, '..')

/** Everything that plans, counts, lists or sends by the clock. What only reads formats, checks rights or kills processes is left out. */
const dateBound = [
  ...['clock', 'days', 'demo', 'outbound', 'privacy', 'route-role-matrix'].map(
    (name) => `test/${name}.test.ts`,
  ),
  'test/browser/',
  'server/',
  'sim/',
  'web/',
]

const words = process.argv.slice(2)
const only = words.indexOf('--only')
const patterns = only < 0 ? dateBound : words.slice(only + 1)
const wanted = only < 0 ? words : words.slice(0, only)
const instants = wanted.filter((word) => !Number.isNaN(Date.parse(word)))
const named = wanted.filter((word) => !instants.includes(word))
const known = [...days, ["the machine's day", 'machine'] as const]
const chosen = [
  ...known.filter(([name]) => wanted.length === 0 || named.some((word) => name.includes(word))),
  ...instants.map((instant) => [instant, instant] as const),
]
if (chosen.length === 0) throw new Error(`no day is called ${named.join(' ')}`)

const failed: string[] = []
for (const [name, instant] of chosen) {
  console.log(`\n${name} (${instant})`)
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs')
  const { status } = spawnSync(process.execPath, [vitest, 'run', '--reporter=dot', ...patterns], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, CARELOOP_TEST_NOW: instant },
  })
  if (status !== 0) failed.push(name)
}
for (const [name] of chosen) console.log(`${failed.includes(name) ? 'FAIL' : 'ok  '} ${name}`)
process.exitCode = failed.length > 0 ? 1 : 0
