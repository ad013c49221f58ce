import fc from 'fast-check'
import addressparser from 'nodemailer/lib/addressparser'
import { expect, test } from 'vitest'
import { maskEmail } from './mask.ts'
import { readEmail, readSender } from '../../../contract/email.ts'

/** Addresses, and what mail programs read as names, comments, groups, quotes and further recipients. */
const piece = fc.oneof(
  fc.constantFrom('a@x.cn', 'evil@y.cn', 'wang.wei', '张三', 'a', '@', 'x.cn', 'localhost', '[127.0.0.1]'),
  fc.constantFrom(
    ',',
    ';',
    ':',
    ' ',
    '\r\n',
    '\n',
    '\t',
    '<',
    '>',
    '"',
    '(',
    ')',
    '\\',
    '\0',
    '%',
    '!',
    '.',
    '..',
  ),
  fc.constantFrom('Bcc: evil@y.cn', 'group:', '"a,b"', '=?utf-8?q?x?=', 'ａ＠ｘ.cn', '\u202e'),
  fc.string({ maxLength: 6 }),
)
const text = fc.array(piece, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''))

test('whatever is taken in as an address is one recipient, and the one that it says', () => {
  fc.assert(
    fc.property(text, (given) => {
      const address = readEmail(given)
      if (address === null) return
      expect(addressparser(address)).toEqual([{ name: '', address }])
      expect(address).toBe(given.trim().toLowerCase())
      expect(address).toMatch(/^[\x21-\x7e]+$/)
    }),
    {
      numRuns: 3000,
      examples: [['a@x.cn'], ['a@x,evil@y'], ['a@x.cn,evil@y.cn'], ['a@x.cn\r\nRCPT TO:<evil@y.cn>']],
    },
  )
  expect(readEmail(' Wang.Wei+x@Mail.example.cn ')).toBe('wang.wei+x@mail.example.cn')
  for (const several of [
    'a@x.cn,evil@y.cn',
    'a@x.cn;evil@y.cn',
    'a@x.cn evil@y.cn',
    'A <a@x.cn>',
    '"a,b"@x.cn',
  ])
    expect([several, readEmail(several)]).toEqual([several, null])
})

test('a sender is one address with at most a name of one line', () => {
  fc.assert(
    fc.property(text, (given) => {
      const sender = readSender(given)
      if (sender === null) return
      expect(readEmail(sender.address)).toBe(sender.address)
      expect(sender.name).not.toMatch(/[\p{Cc}<>"@]/u)
    }),
    { numRuns: 2000 },
  )
  expect(readSender('"仁和医院" <care@renhe.example>')).toEqual({
    name: '仁和医院',
    address: 'care@renhe.example',
  })
  expect(readSender('care@renhe.example')).toEqual({ name: '', address: 'care@renhe.example' })
  expect(readSender('a@x.cn, b@x.cn')).toBeNull()
})

test('a masked address shows one letter of the name and the domain; of what is no address, nothing', () => {
  fc.assert(
    fc.property(text, (given) => {
      const address = readEmail(given)
      if (address === null) expect(maskEmail(given)).toBe('***')
      else expect(maskEmail(address)).toMatch(/^[^@*]?\*\*\*@[^@*]+$/)
    }),
    { numRuns: 2000 },
  )
  expect(['wang@x.cn', 'l@x.cn', 'a@x.cn,evil@y.cn'].map(maskEmail)).toEqual(['w***@x.cn', '***@x.cn', '***'])
})
