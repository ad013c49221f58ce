import { expect, test } from 'vitest'
import { telHref } from './telHref.ts'

test.each([
  ['13957410001', 'tel:13957410001'],
  ['0574-87654321转8001', 'tel:057487654321;ext=8001'],
  ['02 2345 6789#12', 'tel:0223456789;ext=12'],
  ['+886912345678', 'tel:+886912345678'],
])('%s is dialled by %s', (shown, href) => {
  expect(telHref(shown)).toBe(href)
})
