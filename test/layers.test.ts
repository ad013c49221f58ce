import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = path.join(import.meta.dirname, '..')
/** A tree of the same shape with modules that break the order. */
const broken = mkdtempSync(path.join(tmpdir(), 'careloop-layers-'))

const files = {
  'server/modules/event/low.ts': "export { high } from '../task/high.ts'\n",
  'server/modules/task/high.ts': 'export const high = 1\n',
  'server/modules/person/feed.ts': "export { applied } from '../../feeds/hl7/applied.ts'\n",
  'server/feeds/hl7/applied.ts': 'export const applied = 1\n',
  'server/platform/knows.ts': "export { high } from '../modules/task/high.ts'\n",
  'server/modules/task/one.ts': "import { two } from './two.ts'\nexport const one = () => two\n",
  'server/modules/task/two.ts': "import { one } from './one.ts'\nexport const two = () => one\n",
}

beforeAll(() => {
  copyFileSync(path.join(root, 'tsconfig.json'), path.join(broken, 'tsconfig.json'))
  for (const [file, text] of Object.entries(files)) {
    const target = path.join(broken, file)
    mkdirSync(path.dirname(target), { recursive: true })
    writeFileSync(target, text)
  }
})
afterAll(() => rmSync(broken, { recursive: true, force: true }))

test('the check of layers finds a module that calls upwards, one that knows a feed, and a circle', () => {
  let said = ''
  try {
    execFileSync(
      process.execPath,
      [
        path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
        '--config',
        path.join(root, '.dependency-cruiser.cjs'),
        'server',
      ],
      { cwd: broken, encoding: 'utf8', stdio: 'pipe' },
    )
  } catch (error) {
    said = (error as { stdout: string }).stdout
  }
  for (const rule of [
    'event-calls-downwards',
    'modules-know-no-feed',
    'platform-knows-no-module',
    'no-cycle',
  ])
    expect(said).toContain(rule)
})
