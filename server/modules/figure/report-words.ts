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
import { codes as codesTW } from '../../../web/i18n/zh-TW/codes.ts'
import { desk as deskTW } from '../../../web/i18n/zh-TW/desk.ts'
import { figures as figuresTW } from '../../../web/i18n/zh-TW/figures.ts'
import { report as reportTW } from '../../../web/i18n/zh-TW/report.ts'
import { spotChecks as spotChecksTW } from '../../../web/i18n/zh-TW/spot-checks.ts'
import type { SameWords } from '../../../web/i18n/shape.ts'

export type PaperLanguage = z.output<typeof printMonthlyReport.query>['language']

const chinese = {
  report: reportCN,
  figures: figuresCN,
  level: deskCN.level,
  evidence: codesCN.evidence,
  tooFew: spotChecksCN.tooFew,
}
export type PaperWords = SameWords<typeof chinese>

/** The words of the page, so that paper and screen use the same terms. */
const words: Record<PaperLanguage, PaperWords> = {
  'zh-CN': chinese,
  'zh-TW': {
    report: reportTW,
    figures: figuresTW,
    level: deskTW.level,
    evidence: codesTW.evidence,
    tooFew: spotChecksTW.tooFew,
  },
  en: {
    report: reportEn,
    figures: figuresEn,
    level: deskEn.level,
    evidence: codesEn.evidence,
    tooFew: spotChecksEn.tooFew,
  },
}

export const wordsOf = (language: PaperLanguage): PaperWords => words[language]

/** Interpolates `{{name}}` like i18next on the page. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => String(values[name] ?? whole))
}
