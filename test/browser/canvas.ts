import type { Page } from 'playwright-core'

export const box = (page: Page, title: string) =>
  page.locator('.canvas-step').getByRole('button', { name: new RegExp(title) })
/** The canvas has come to rest: before, it moves away below a click. */
export const placed = (page: Page) =>
  page.locator('.react-flow__viewport:not([style*="translate(0px, 0px)"])').waitFor({ state: 'attached' })
export const saved = (page: Page) =>
  page
    .getByRole('status')
    .filter({ hasText: /保存于/ })
    .waitFor()
