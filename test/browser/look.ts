import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { latinFamily, latinGiven } from '../../sim/names.ts'

const axeSource = await readFile(
  path.resolve(import.meta.dirname, '../../node_modules/axe-core/axe.min.js'),
  'utf8',
)
const images = path.resolve(import.meta.dirname, '../../docs/guide/images')

/** Waits until nothing on the page is still a placeholder and every chart is drawn. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const waiting = Array.from(
      document.querySelectorAll('.skeleton, .ant-skeleton, .ant-spin-spinning, [aria-busy="true"]'),
    ).some(
      (element) =>
        element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0,
    )
    const charts = Array.from(document.querySelectorAll('.chart [role="img"]'))
    // Before the app is there, nothing waits either.
    const there = document.querySelector('#main > *, .gate')
    return there && !waiting && charts.every((chart) => chart.querySelector('svg'))
  })
  // Fonts decide where lines break, and dialogs fade in.
  await page.evaluate(async () => {
    await document.fonts.ready
    await Promise.allSettled(
      document
        .getAnimations()
        .filter((animation) => animation.effect?.getComputedTiming().iterations !== Infinity)
        .map((animation) => animation.finished),
    )
  })
}

type AxeResult = { violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }

/** Waits until the whole app has taken up the colours. */
export async function colours(page: Page, scheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme: scheme })
  await page.locator(`html[data-theme="${scheme}"]`).waitFor()
  await settled(page)
}

/** The rules of axe-core that look at colours; all others judge a page alike in light and dark. */
const ofColours = ['color-contrast', 'link-in-text-block']

/** What axe-core finds wrong with the page, one line each; `colours`: with its colours only. */
export async function axeViolations(page: Page, what: 'all' | 'colours' = 'all'): Promise<string[]> {
  await settled(page)
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource)
  const { violations } = await page.evaluate(
    (options) =>
      (globalThis as unknown as { axe: { run: (options: object) => Promise<AxeResult> } }).axe.run(options),
    {
      // Where everything is that is in order, and how to select it, would take a third of the time.
      resultTypes: ['violations'],
      selectors: false,
      ...(what === 'colours' && { runOnly: { type: 'rule', values: ofColours } }),
    },
  )
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary ?? ''}`),
  )
}

/** Names of standards, products, units and keys that a Chinese screen writes in Latin letters as well. */
const usual =
  /^(HL7|CX\.4|ISO|CN|FHIR|LOINC|FEBRL|HIS|API|XLSX|Excel|ADT|ADT\^A0\d|MLLP|OWASP|ASVS|NIST|SP|RFC|HIPAA|YYYYMMDD|YYYYMMDDHHMMSS|zxm|SMTP|TLS|STARTTLS|HTTP|MSH|PID|PV1|DG1|EVN|ICD|PCI|COPD|CT|MRI|HbA1c|INR|PICC|NIHSS|II?I?|IV|UTF-8|GB18030|Enter|Ctrl|Shift|Esc|Alt|kB|MB|B|mm|cm|kg|ml|mg|mmHg|mmol\/L|JSON|Chrome|Linux|Asia\/Shanghai|Unicode|Careloop|English|(HIS\/)?GH0\d)$/i

/** Placeholders of a message, addresses of mail, visit and message numbers, sums of the audit chain, codes on hover: data, not words. */
const data =
  /https?:\/\/[^\s，。；]+|\{\{\w+\}\}|\S+@\S+|\b[A-Z]+-?\d+\b|\b[0-9a-f]{64}\b|^[a-z][a-z0-9.-]+[.-][a-z0-9.-]+$|^sign-in$/g

const latinNames = new RegExp(
  `(?<!\\p{L})(${[...latinFamily, ...latinGiven.M, ...latinGiven.F].join('|')})(?!\\p{L})`,
  'gu',
)

/** Words in Latin letters that a reader of Chinese sees, names of persons, codes and what people typed themselves aside; i18n keys show up here as well. */
export async function latinWords(page: Page, allowed = /^$/): Promise<string[]> {
  const texts = await page.evaluate(() => {
    const found: string[] = []
    const isData = (element: Element | null) =>
      element?.closest(
        'code, kbd, pre, .mono, [lang="en"], [lang="zh-TW"], [aria-hidden="true"], .ant-tabs-nav-more, .anticon, .setting-key, ol.segments',
      ) != null
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const { parentElement } = node
      if (!parentElement?.checkVisibility({ visibilityProperty: true }) || isData(parentElement)) continue
      if (/^(script|style)$/i.test(parentElement.tagName)) continue
      found.push(node.textContent ?? '')
    }
    for (const element of document.querySelectorAll('[placeholder], [aria-label], [title], [alt]'))
      if (element.checkVisibility({ visibilityProperty: true }) && !isData(element))
        for (const name of ['placeholder', 'aria-label', 'title', 'alt'])
          found.push(element.getAttribute(name) ?? '')
    return found
  })
  const words = texts.flatMap((text) =>
    (
      text
        .replaceAll(data, '')
        .replaceAll(latinNames, '')
        .match(/[A-Za-z][\w.^/-]*[A-Za-z0-9]/g) ?? []
    )
      .filter((word) => !usual.test(word) && !allowed.test(word))
      .map((word) => `${word} in “${text.trim().slice(0, 80)}”`),
  )
  return [...new Set(words)]
}

/** What only the API and the log should say: ids of subjects, senders, placeholders, keys of settings. */
const raw =
  /\b(task|person|persons|user|encounter|link|group|enrollment|questionnaire|setting|site):\d+|\bHIS\/\w+|\{\{\s*\w+\s*\}\}|\b(follow-up|spot-check|head-check|security|intake|outbound|pathway|visit|organisation)\.[a-z]+[a-z.-]*/g

/** Codes that a screen for staff shows; what people are told to type elsewhere stands in `code`. */
export async function rawCodes(page: Page): Promise<string[]> {
  const text = await page.evaluate(() => {
    const shown = document.body.cloneNode(true) as HTMLElement
    for (const one of shown.querySelectorAll('code, script, style, textarea, .setting-key')) one.remove()
    return shown.textContent
  })
  return [...new Set(text.match(raw) ?? [])]
}

/** Writes a picture for the guide, only when the guide is being renewed: UPDATE_GUIDE=1. */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env.UPDATE_GUIDE !== '1') return
  await page.mouse.move(0, 0)
  await settled(page)
  await mkdir(images, { recursive: true })
  const { width, height } = page.viewportSize() ?? { width: 1366, height: 768 }
  // A long list loses its last rows rather than weighing 200 kB.
  for (let shown = height; ; shown -= 48) {
    const clip = { x: 0, y: 0, width, height: shown }
    const png = await page.screenshot({ clip, animations: 'disabled', caret: 'hide' })
    if (png.length > 200_000) continue
    await writeFile(path.join(images, `${name}.png`), png)
    return
  }
}

/** Opens the menu under one's name and takes an entry. */
export async function personMenu(page: Page, entry: string): Promise<void> {
  await page.getByRole('button', { name: /我的账号/ }).click()
  await page.getByRole('menuitem', { name: entry }).click()
}

/** Takes one option of a select: by what it says, or by its value. */
export async function choose(select: Locator, option: string | { value: string } | { index: number }) {
  await select.click()
  const list = select
    .page()
    .locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option')
  const one =
    typeof option === 'string'
      ? list.and(select.page().locator(`[title="${option}"]`))
      : 'value' in option
        ? list.and(select.page().locator(`[data-value="${option.value}"]`))
        : list.nth(option.index)
  await one.click()
}

/** What a select says that is chosen. */
export function chosen(select: Locator): Promise<string> {
  return select
    .locator('xpath=ancestor::*[contains(concat(" ", @class, " "), " ant-select ")][1]')
    .innerText()
}
