import { useTranslation } from 'react-i18next'
import type { intake } from '../../i18n/zh-CN/intake.ts'

/** The server's sentences about a message, which are English; what they quote is kept. */
const sentences: [RegExp, keyof typeof intake.why][] = [
  [/^Nothing of (.*) is kept here$/, 'kept'],
  [/^A message for (?:training|debugging)/, 'test'],
  [/^Records that were linked/, 'unlink'],
  [/^The message has no PID segment/, 'noPid'],
  [/^The patient has no record number/, 'noRecordNumber'],
  [/^The message has no PV1 segment/, 'noPv1'],
  [/^The discharge does not say which visit/, 'noVisit'],
  [/^The character set "(.*)" is not known/, 'charset'],
  [/^The bytes are not valid (.*?);/, 'bytes'],
  [/ is missing$/, 'missing'],
  [/^The database refused it/, 'refused'],
  [/^(\S+) carries nothing about a person/, 'nobody'],
  [/^The message does not begin with MSH/, 'noMsh'],
  [/^MSH has no field separator/, 'noSeparator'],
  [/^The message has no control id/, 'noControlId'],
  [/^The message has no type/, 'noType'],
  [/^(\S+) is an answer/, 'answers'],
  [/^The message says nothing beyond/, 'nothing'],
  [/^Corrected by message (\d+)$/, 'corrected'],
  [/^The control id was used before/, 'reused'],
  [/^The message does not say which visit/, 'whichVisit'],
  [/^Visit (.*) belongs to another patient/, 'otherVisit'],
  [/^The message broke off after (\d+) bytes/, 'broke'],
  [/^The message has (\d+) bytes/, 'tooLarge'],
  [/^The batch says (.*?);/, 'batchCount'],
  [/^The batch holds no message/, 'batchEmpty'],
]

/** Why a message could not be applied, in the reader's language; a sentence we do not know stays as it came. */
export function useIntakeReason() {
  const { t } = useTranslation()
  return (reason: string): string => {
    for (const [pattern, word] of sentences) {
      const found = pattern.exec(reason)
      if (found) return t(`intake.why.${word}`, { 0: found[1] ?? '' })
    }
    return reason
  }
}
