import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

// `npm test`: everything that must hold before a commit lands, cheapest first; after a failure nothing more is begun.
// `npm test -- <pattern> …`: only the test files whose paths contain one of these, without the checks.
const root = path.resolve(import.meta.dirname, '..')
const bin = (name: string) => path.join(root, 'node_modules', name)
const dir = await mkdtemp(path.join(tmpdir(), 'careloop-npm-test-'))
const report = path.join(dir, 'vitest.json')
const chosen = process.argv.slice(2)

type Step = [name: string, ...command: string[]]

const tests: Step = [
  chosen.length > 0 ? `tests of ${chosen.join(' ')}` : 'unit, integration and browser tests',
  bin('vitest/vitest.mjs'),
  'run',
  '--reporter=default',
  '--reporter=./test/support/slowest.ts',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...chosen,
]
const webBuild: Step = ['web build', 'scripts/build-web.ts']

/** Kept between runs: what the formatter knew of files that are still the same, by their content. */
const cache = (name: string) => path.join(root, 'node_modules/.cache/careloop', name)

/** What is done in a minute or so, two at a time. */
const checks: Step[] = [
  ['types and lint', bin('oxlint/bin/oxlint')],
  webBuild,
  [
    'formatting',
    bin('prettier/bin/prettier.cjs'),
    ...['--check', '--log-level', 'warn', '.'],
    ...['--cache', '--cache-strategy', 'content', '--cache-location', cache('formatting')],
  ],
  [
    'import zones',
    bin('dependency-cruiser/bin/dependency-cruise.mjs'),
    '--config',
    '.dependency-cruiser.cjs',
    ...['contract', 'server', 'sim', 'web', 'bench', 'torture', 'test', 'scripts'],
  ],
  ['dead code', bin('knip/bin/knip.js')],
  ['database types', 'scripts/database-types.ts', '--check'],
]

/** Runs one step and says how it ended. What checks print comes in one piece; the tests tell as they go. */
async function run(step: Step): Promise<boolean> {
  const [name, ...command] = step
  const beside = step !== tests
  const began = performance.now()
  const child = spawn(process.execPath, command, {
    cwd: root,
    stdio: ['inherit', beside ? 'pipe' : 'inherit', beside ? 'pipe' : 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '--max-old-space-size=4096' },
  })
  const printed: Buffer[] = []
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      printed.push(chunk)
    })
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status, signal) => {
      resolve(signal ? 1 : (status ?? 1))
    })
  })
  process.stdout.write(Buffer.concat(printed))
  console.log(
    `${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${((performance.now() - began) / 1000).toFixed(0)} s)`,
  )
  return code === 0
}

const failed: string[] = []

/** So many of the steps at a time, in their order. */
async function runAll(steps: Step[], atOnce: number): Promise<void> {
  const left = steps.values()
  const lane = async () => {
    for (const step of left) {
      if (failed.length > 0) return
      if (!(await run(step))) failed.push(step[0])
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
}

if (chosen.length > 0) await runAll([tests], 1)
else {
  await runAll(checks, 2)
  await runAll([tests], 1)
}
const text = await readFile(report, 'utf8').catch(() => undefined)
if (text !== undefined) {
  const counts = JSON.parse(text) as {
    numPassedTests: number
    numFailedTests: number
    numPendingTests: number
    testResults: {
      name: string
      message: string
      assertionResults: { fullName: string; status: string; failureMessages: string[] }[]
    }[]
  }
  // Last, because the end of the output is what remains of a run elsewhere.
  for (const { name, message, assertionResults } of counts.testResults) {
    if (message) console.log(`\nFAIL ${path.relative(root, name)}\n${message.slice(0, 500)}`)
    for (const one of assertionResults.filter(({ status }) => status === 'failed'))
      console.log(
        `\nFAIL ${path.relative(root, name)}: ${one.fullName}\n${one.failureMessages.join('\n').slice(0, 2000)}`,
      )
  }
  console.log(
    `\n${counts.numPassedTests} passed, ${counts.numFailedTests} failed, ${counts.numPendingTests} skipped`,
  )
}
await rm(dir, { recursive: true, force: true })
process.exitCode = failed.length > 0 ? 1 : 0
