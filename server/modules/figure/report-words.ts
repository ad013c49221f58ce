import type { z } from 'zod'
import type { printMonthlyReport } from '../../../contract/report.ts'
import { codes as codesEn } from '../../../web/i18n/en/codes.ts'
import { desk as deskEn } from '../../../web/i18n/en/desk.ts'
import { figures as figuresEn } from '../../../web/i18n/en/figures.ts'
import { report as reportEn } from '../../../web/i18n/en/report.ts'
import { spotChecks as spotChecksEn } from '../../../web/i18n/en/spot-checks.ts'
import { codes as codesCN } from '../../../web/i18n/zh-CN/codes.ts'
import { desk as deskCN } from '../../../web/i18n/zh-CN/desk.ts'
import { figures as figuresCN } from '../../../web/i18n/zh-CN/figures.ts'
import { report as reportCN } from '../../../web/i18n/zh-CN/report.ts'
import { spotChecks as spotChecksCN } from '../../../web/i18n/zh-CN/spot-checks.ts'
import type { SameWords } from '../../../web/i18n/shape.ts'
import { taiwanOtherwise } from '../../../web/i18n/zh-TW.ts'
import { taiwaneseWords } from '../../platform/taiwanese.ts'

export type PaperLanguage = z.output<typeof printMonthlyReport.query>['language']

const chinese = {
  report: reportCN,
  figures: figuresCN,
  desk: deskCN,
  codes: codesCN,
  spotChecks: spotChecksCN,
}
type Words = SameWords<typeof chinese>

/** The words of the page, so that paper and screen use the same terms. */
const words: Record<PaperLanguage, () => Words> = {
  'zh-CN': () => chinese,
  'zh-TW': () => taiwaneseWords(chinese, taiwanOtherwise),
  en: () => ({
    report: reportEn,
    figures: figuresEn,
    desk: deskEn,
    codes: codesEn,
    spotChecks: spotChecksEn,
  }),
}

export type PaperWords = ReturnType<typeof wordsOf>

export function wordsOf(language: PaperLanguage) {
  const { report, figures, desk, codes, spotChecks } = words[language]()
  return { report, figures, level: desk.level, evidence: codes.evidence, tooFew: spotChecks.tooFew }
}
