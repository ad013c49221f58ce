import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

// `npm test`: everything that must hold before a commit lands, cheapest first; after a failure nothing more is begun.
// Up to three test files that failed run once more, alone: a machine shared with others delays browsers and processes.
// What fails again fails the run; what passes only then is named with its first error, for it is a fault of the test or worse.
// `npm test -- <pattern> …`: only the test files whose paths contain one of these, without the checks.
const root = path.resolve(import.meta.dirname, '..')
const bin = (name: string) => path.join(root, 'node_modules', name)
const dir = await mkdtemp(path.join(tmpdir(), 'careloop-npm-test-'))
const report = path.join(dir, 'vitest.json')
const chosen = process.argv.slice(2)

type Step = [name: string, ...command: string[]]

function testing(name: string, ...options: string[]): Step {
  return [
    name,
    bin('vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=./test/support/slowest.ts',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...options,
  ]
}
const tests = testing(
  chosen.length > 0 ? `tests of ${chosen.join(' ')}` : 'unit, integration and browser tests',
  ...chosen,
)
const webBuild: Step = ['web build', 'scripts/build-web.ts']
const lint: Step = ['lint', bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0']

/** Kept between runs: what the compiler and the formatter knew of files that are still the same, by their content. */
const cache = (name: string) => path.join(root, 'node_modules/.cache/careloop', name)

function types(name: string, project: string): Step {
  const known = ['--incremental', '--tsBuildInfoFile', cache(`${name.replaceAll(/\W+/g, '-')}.tsbuildinfo`)]
  return [`types: ${name}`, bin('typescript/bin/tsc'), '-p', project, ...known]
}

/** What is done in a minute or so, two at a time. */
const checks: Step[] = [
  types('server, simulator, tests', 'tsconfig.json'),
  webBuild,
  types('web', 'web/tsconfig.json'),
  types('browser tests', 'test/browser/tsconfig.json'),
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
  const beside = !command.includes(bin('vitest/vitest.mjs'))
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
  // The linter alone takes longer than all other checks, so the tests do not wait for it.
  await runAll([tests, lint], 2)
}

type Outcome = {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  testResults: {
    name: string
    message: string
    assertionResults: { fullName: string; status: string; failureMessages: string[] }[]
  }[]
}

async function outcome(): Promise<Outcome | undefined> {
  const text = await readFile(report, 'utf8').catch(() => undefined)
  return text === undefined ? undefined : (JSON.parse(text) as Outcome)
}

/** The files that failed, each with its errors. */
function failures(of: Outcome | undefined): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const { name, message, assertionResults } of of?.testResults ?? []) {
    const errors = assertionResults
      .filter(({ status }) => status === 'failed')
      .map((one) => `${one.fullName}\n${one.failureMessages.join('\n').slice(0, 2000)}`)
    if (message) errors.unshift(message.slice(0, 500))
    if (errors.length > 0) found.set(path.relative(root, name), errors)
  }
  return found
}

const first = await outcome()
const once = failures(first)
let twice = once
if (failed.length === 1 && failed[0] === tests[0] && once.size > 0 && once.size <= 3) {
  const again = testing('failed files, once more and alone', '--maxWorkers=1', ...once.keys())
  failed.length = 0
  await rm(report)
  await runAll([again], 1)
  twice = failures(await outcome())
}
// Last, because the end of the output is what remains of a run elsewhere.
for (const [file, errors] of once)
  if (failed.length === 0) console.log(`\nPASSED ONLY WHEN RUN AGAIN ${file}: ${errors.join('\n')}`)
for (const [file, errors] of twice) console.log(`\nFAIL ${file}: ${errors.join('\n')}`)
if (first)
  console.log(
    `\n${first.numPassedTests} passed, ${first.numFailedTests} failed, ${first.numPendingTests} skipped` +
      (twice === once ? '' : `; ${once.size} files run again, ${twice.size} of them failed`),
  )
await rm(dir, { recursive: true, force: true })
process.exitCode = failed.length > 0 ? 1 : 0
