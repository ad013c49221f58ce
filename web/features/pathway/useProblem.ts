import { useTranslation } from 'react-i18next'
import type { pathways } from '../../i18n/zh-CN/pathways.ts'

/** The server's sentences about a definition, which are English; what they quote is kept. */
const sentences: [RegExp, keyof typeof pathways.why][] = [
  [/^Two steps have the same key/, 'sameKey'],
  [/^The start step "(.*)" does not exist/, 'noStart'],
  [/^Leads to "(.*)", which does not exist/, 'noNext'],
  [/^Uses the variable "(.*)", which is not declared/, 'noVariable'],
  [/^Uses the questionnaire "(.*)", which/, 'noQuestionnaire'],
  [/^Variable (.*) refers to the setting/, 'noSetting'],
  [/^The message has no subject/, 'emptyMessage'],
  [/^Uses the template "(.*)", which is not published/, 'noTemplate'],
  [/^Uses the template "(.*)" for marketing/, 'otherTemplate'],
  [/^The text says "(.*)", which breaks/, 'words'],
  [/^The text breaks the rule no-sender/, 'noSender'],
  [/^The text breaks the rule no-opt-out/, 'noOptOut'],
  [/^Asks for the result of "(.*)"/, 'noOutcome'],
  [/^Runs in a circle: (.*)\. Take/, 'circle'],
  [/^Runs the pathway "(.*)", which is not/, 'noPathway'],
  [/^Runs "(.*)", which serves/, 'otherPurpose'],
  [/^Runs "(.*)", which ends on/, 'stopsMore'],
  [/^Comes to (\d+) steps/, 'tooMany'],
  [/^Runs pathways inside each other too deep/, 'tooDeep'],
  [/^Entry asks for answers or results/, 'entryAsks'],
  [/^Asks for answers to "(.*)", which is no/, 'noAnswers'],
  [/^Asks for answers to "(.*)", which nobody/, 'notAsked'],
  [/^Asks for answers to "(.*)" the moment/, 'tooSoon'],
  [/^Asks for the question "(.*)", which/, 'noQuestion'],
  [/^Asks for the total of "(.*)", which/, 'noTotal'],
  [/^Asks what the total of "(.*)" means/, 'noBands'],
  [/^Asks for the band "(.*)", which/, 'noBand'],
  [/^Asks for a result without a code/, 'noCode'],
  [/^Asks for the result "(.*)" without saying/, 'noAge'],
  [/^Waits for the time "(.*)", which/, 'noTime'],
  [/^Waits before a time that has come/, 'beforeNow'],
  [/^Asks for "(.*)", which is not known/, 'noFact'],
  [/^Is entered by an event and by the calendar/, 'eventAndCalendar'],
  [/^Asks for "(.*)" at entry by the calendar/, 'calendarFact'],
  [/^Asks for the act "(.*)", which/, 'noAct'],
  [/^The act "(.*)" needs/, 'actInput'],
  [/^Is of clinical purpose and asks for "(.*)"/, 'worth'],
  [/^A stop rule asks about earlier/, 'stopEvents'],
  [/^The hours end before they begin/, 'hours'],
  [/^Cannot be reached from the start/, 'unreachable'],
  [/^Can be reached from itself/, 'loop'],
]

/** What is wrong with a pathway, in the reader's language; a sentence we do not know stays as it came. */
export function usePathwayProblem() {
  const { t } = useTranslation()
  return (message: string): string => {
    for (const [pattern, word] of sentences) {
      const found = pattern.exec(message)
      if (found) return t(`pathways.why.${word}`, { 0: found[1] ?? '' })
    }
    return message
  }
}
