import { choice, type Instrument, measure, options, words, yesNo } from './write.ts'

const points = (n: number, last: number) =>
  options(
    ...Array.from({ length: n }, (_, at): [number, ReturnType<typeof words>] => [
      at,
      words(`${at}`, `${at}`, `${at}`),
    ]),
    [last, words(`${n} 及以上`, `${n} or more`)],
  )

/**
 * van Walraven et al. Derivation and validation of an index to predict early death or unplanned readmission after discharge from hospital to
 * the community. CMAJ 2010;182:551-557: points, comorbidity weights of its own, high risk from 10.
 */
const lace: Instrument = {
  code: 'lace',
  title: words('LACE 再入院风险指数', 'LACE readmission index'),
  source: 'van Walraven C et al. CMAJ 2010;182:551-557',
  licence: 'Published formula, free to use with citation.',
  scoring: 'sum',
  items: [
    measure(
      'length-of-stay',
      words('住院天数（不满一天填 0）', 'Length of stay in days (0 for less than one)'),
      '',
      [0, 3650],
      [
        { below: 1, score: 0 },
        { below: 2, score: 1 },
        { below: 3, score: 2 },
        { below: 4, score: 3 },
        { below: 7, score: 4 },
        { below: 14, score: 5 },
        { score: 7 },
      ],
    ),
    yesNo('acute', words('急诊（非择期）入院', 'Acute (emergent) admission'), 3),
    choice('comorbidity', words('合并症得分', 'Comorbidity points'), points(4, 5), {
      help: words(
        '既往心肌梗死、脑血管病、外周血管病、无并发症的糖尿病各 1 分；充血性心衰、有器官损害的糖尿病、慢性肺病、轻度肝病或肾病、任何肿瘤（含淋巴瘤、白血病）各 2 分；痴呆、结缔组织病各 3 分；艾滋病、中重度肝病或肾病各 4 分；转移性实体瘤 6 分。合计填入。',
        '1 each: previous myocardial infarction, cerebrovascular disease, peripheral vascular disease, diabetes without complications. 2 each: congestive heart failure, diabetes with end organ damage, chronic pulmonary disease, mild liver or renal disease, any tumour (including lymphoma or leukaemia). 3 each: dementia, connective tissue disease. 4 each: AIDS, moderate or severe liver or renal disease. 6: metastatic solid tumour. Enter the sum.',
      ),
    }),
    choice(
      'emergency-visits',
      words('入院前 6 个月内急诊次数', 'Emergency department visits in the 6 months before admission'),
      points(4, 4),
    ),
  ],
  bands: [
    { code: 'low', upTo: 4, tone: 'good', text: words('低风险', 'Low risk') },
    { code: 'moderate', upTo: 9, tone: 'watch', text: words('中等风险', 'Moderate risk') },
    {
      code: 'high',
      tone: 'bad',
      text: words('高风险', 'High risk'),
      advice: words('建议 48 小时内电话、7 天内复诊', 'Telephone within 48 hours and a visit within 7 days'),
    },
  ],
}

/**
 * Donzé et al. International validity of the HOSPITAL score to predict 30-day potentially avoidable hospital readmissions. JAMA Intern Med
 * 2016;176:496-502: low 0-4, intermediate 5-6, high from 7.
 */
const hospital: Instrument = {
  code: 'hospital-score',
  title: words('HOSPITAL 再入院风险评分', 'HOSPITAL score'),
  source: 'Donzé J et al. JAMA Intern Med 2013;173:632-638 and 2016;176:496-502',
  licence: 'Published formula, free to use with citation.',
  scoring: 'sum',
  items: [
    yesNo('haemoglobin', words('出院时血红蛋白 < 120 g/L', 'Haemoglobin at discharge below 12 g/dL'), 1),
    yesNo('oncology', words('从肿瘤科出院', 'Discharged from an oncology service'), 2),
    yesNo('sodium', words('出院时血钠 < 135 mmol/L', 'Sodium at discharge below 135 mmol/L'), 1),
    yesNo('procedure', words('住院期间做过操作或手术（有编码）', 'Any coded procedure during the stay'), 1),
    yesNo('urgent', words('急诊（非择期）入院', 'Urgent or emergent admission'), 1),
    measure(
      'admissions',
      words('过去 12 个月住院次数', 'Hospital admissions in the previous 12 months'),
      '',
      [0, 200],
      [{ upTo: 1, score: 0 }, { upTo: 5, score: 2 }, { score: 5 }],
    ),
    yesNo('length-of-stay', words('住院 5 天及以上', 'Length of stay of 5 days or more'), 2),
  ],
  bands: [
    { code: 'low', upTo: 4, tone: 'good', text: words('低风险', 'Low risk') },
    { code: 'intermediate', upTo: 6, tone: 'watch', text: words('中等风险', 'Intermediate risk') },
    { code: 'high', tone: 'bad', text: words('高风险', 'High risk') },
  ],
}

export const readmissionInstruments = [lace, hospital]
