import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

// `npm test`: everything that must hold before a commit lands, cheapest first; after a failure nothing more is begun.
const root = path.resolve(import.meta.dirname, '..')
const bin = (name: string) => path.join(root, 'node_modules', name)
const dir = await mkdtemp(path.join(tmpdir(), 'careloop-npm-test-'))
const report = path.join(dir, 'vitest.json')

type Step = [name: string, ...command: string[]]

const tests: Step = [
  'unit, integration and browser tests',
  bin('vitest/vitest.mjs'),
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
]

/** Each lane one after the other, the lanes side by side: the linter alone takes longer than all other checks, so the tests do not wait for it. */
const lanes: Step[][] = [
  [['lint', bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0']],
  [
    ['formatting', bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
    ['types: server, simulator, tests', bin('typescript/bin/tsc'), '-p', 'tsconfig.json'],
    ['types: web', bin('typescript/bin/tsc'), '-p', 'web/tsconfig.json'],
    ['types: browser tests', bin('typescript/bin/tsc'), '-p', 'test/browser/tsconfig.json'],
    [
      'import zones',
      bin('dependency-cruiser/bin/dependency-cruise.mjs'),
      '--config',
      '.dependency-cruiser.cjs',
      ...zones(),
    ],
    ['dead code', bin('knip/bin/knip.js')],
    ['database types', 'scripts/database-types.ts', '--check'],
    ['web build', 'scripts/build-web.ts'],
    tests,
  ],
]

function zones(): string[] {
  return ['contract', 'server', 'sim', 'web', 'bench', 'torture', 'test', 'scripts']
}

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
await Promise.all(
  lanes.map(async (lane) => {
    for (const step of lane) {
      if (failed.length > 0) return
      if (!(await run(step))) failed.push(step[0])
    }
  }),
)
const text = await readFile(report, 'utf8').catch(() => undefined)
if (text !== undefined) {
  const counts = JSON.parse(text) as {
    numPassedTests: number
    numFailedTests: number
    numPendingTests: number
  }
  console.log(
    `\n${counts.numPassedTests} passed, ${counts.numFailedTests} failed, ${counts.numPendingTests} skipped`,
  )
}
await rm(dir, { recursive: true, force: true })
process.exitCode = failed.length > 0 ? 1 : 0
