import { glob, stat } from 'node:fs/promises'
import path from 'node:path'
import { build } from 'vite'

// Builds the web app unless the built one is newer than every source; --force builds always.
const root = path.resolve(import.meta.dirname, '..')

async function newest(pattern: string): Promise<number> {
  let latest = 0
  for await (const file of glob(pattern, {
    cwd: root,
    exclude: (name) => name === 'dist' || name === 'node_modules',
  }))
    latest = Math.max(latest, (await stat(path.join(root, file))).mtimeMs)
  return latest
}

const built = await stat(path.join(root, 'web/dist/index.html')).catch(() => undefined)
const sources = Math.max(
  ...(await Promise.all(
    [
      'web/**/*',
      'contract/*.ts',
      'scripts/words.ts',
      'server/platform/taiwanese.ts',
      'vite.config.ts',
      'package-lock.json',
    ].map(newest),
  )),
)
if (process.argv.includes('--force') || !built || built.mtimeMs < sources)
  await build({ configFile: path.join(root, 'vite.config.ts'), logLevel: 'warn' })
