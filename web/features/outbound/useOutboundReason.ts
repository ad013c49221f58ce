import { useTranslation } from 'react-i18next'
import type { outbound } from '../../i18n/zh-CN/outbound.ts'

/** The sender's sentences about a connection or an answer, which are English; what they quote is kept. */
const sentences: [RegExp, keyof typeof outbound.why][] = [
  // Of what Node says, the code is enough: the address is there already.
  [/^Cannot connect to (\S+): (?:connect )?(E[A-Z]+|.*)(?: \S+)?$/, 'refused'],
  [/^No connection to (\S+) within (\d+) ms$/, 'slow'],
  [/^No answer to \S* ?within (\d+) ms$/, 'noAnswer'],
  [/^Expected an answer to \S+, got one to (.*)$/, 'mismatch'],
  [/^The answer has no MSA segment$/, 'noMsa'],
  [/^The answer has the code "(.*)", which means nothing$/, 'noCode'],
  [/^The other side closed the connection$/, 'closed'],
  [/^(?:The connection|Not connected)/, 'failed'],
  [/^The sender ended before the answer came$/, 'ended'],
  [/^The name (\S+) is not known/, 'unknownName'],
  [/^(\S+) is (\S+), an address that messages never go to$/, 'forbidden'],
]

/** Why a message did not get through, in the reader's language; a receiver's own text stays unchanged. */
export function useOutboundReason() {
  const { t } = useTranslation()
  return (reason: string): string => {
    for (const [pattern, word] of sentences) {
      const found = pattern.exec(reason)
      if (found) return t(`outbound.why.${word}`, { 0: found[1] ?? '', 1: found[2] ?? '' })
    }
    return reason
  }
}
