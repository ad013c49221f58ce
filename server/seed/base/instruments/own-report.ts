import type { Localized, Question } from '../../../../contract/questionnaire.ts'
import { choice, type Instrument, measure, options, words, yesNo } from './write.ts'

const sex = (value: string) => ({ fact: 'answers.sex', op: '=' as const, value })
const below = (first: number, second: number): NonNullable<Question['scores']> => [
  { below: first, score: 0 },
  { below: second, score: 3 },
  { score: 4 },
]

/**
 * Lindström, Tuomilehto. The diabetes risk score. Diabetes Care 2003;26:725-731, in the form of the Finnish Diabetes Association with eight
 * questions: below 4 (shown as very low by some), 4-8 low, 9-12 moderate, 13-20 high, above 20 very high.
 */
const findrisc: Instrument = {
  code: 'findrisc',
  title: words('FINDRISC 糖尿病风险评分', 'FINDRISC diabetes risk score'),
  source: 'Lindström J, Tuomilehto J. Diabetes Care 2003;26:725-731; Finnish Diabetes Association',
  licence: 'Free to use with citation.',
  scoring: 'sum',
  items: [
    choice('sex', words('性别', 'Sex'), [
      { value: 'male', text: words('男', 'Male') },
      { value: 'female', text: words('女', 'Female') },
    ]),
    measure(
      'age',
      words('年龄', 'Age'),
      '',
      [18, 120],
      [{ below: 45, score: 0 }, { below: 55, score: 2 }, { below: 65, score: 3 }, { score: 4 }],
    ),
    measure(
      'bmi',
      words('体重指数（体重 kg ÷ 身高 m 的平方）', 'Body mass index (kg/m²)'),
      'kg/m²',
      [8, 100],
      [{ below: 25, score: 0 }, { upTo: 30, score: 1 }, { score: 3 }],
    ),
    measure('waist-men', words('腰围', 'Waist circumference'), 'cm', [30, 250], below(94, 102), {
      enableWhen: sex('male'),
    }),
    measure('waist-women', words('腰围', 'Waist circumference'), 'cm', [30, 250], below(80, 88), {
      enableWhen: sex('female'),
    }),
    choice(
      'activity',
      words(
        '每天活动或锻炼 30 分钟以上（含工作中）',
        'At least 30 minutes of physical activity daily, at work or leisure',
      ),
      options([0, words('是', 'Yes')], [2, words('否', 'No')]),
    ),
    choice(
      'vegetables',
      words('多久吃一次蔬菜、水果', 'How often do you eat vegetables, fruit or berries'),
      options([0, words('每天', 'Every day')], [1, words('不是每天', 'Not every day')]),
    ),
    yesNo(
      'medication',
      words('长期服用过降压药', 'Ever taken medication for high blood pressure regularly'),
      2,
    ),
    yesNo(
      'glucose',
      words('曾被查出血糖高（体检、患病或怀孕时）', 'Ever found to have high blood glucose'),
      5,
    ),
    choice(
      'family',
      words('家人中有糖尿病患者', 'Family members diagnosed with diabetes'),
      options(
        [0, words('没有', 'No')],
        [3, words('祖父母、叔伯姑舅姨或堂表兄弟姐妹', 'Grandparent, aunt, uncle or first cousin')],
        [5, words('父母、兄弟姐妹或子女', 'Parent, brother, sister or own child')],
      ),
    ),
  ],
  bands: [
    { code: 'very-low', upTo: 3, tone: 'good', text: words('风险很低', 'Very low risk') },
    { code: 'low', upTo: 8, tone: 'good', text: words('风险低', 'Low risk') },
    { code: 'moderate', upTo: 12, tone: 'watch', text: words('风险中等', 'Moderate risk') },
    {
      code: 'high',
      upTo: 20,
      tone: 'bad',
      text: words('风险高', 'High risk'),
      advice: words('建议查空腹血糖或糖耐量', 'Measure fasting glucose or an oral glucose tolerance test'),
    },
    {
      code: 'very-high',
      tone: 'bad',
      text: words('风险很高', 'Very high risk'),
      advice: words('尽快查血糖', 'Measure glucose soon'),
    },
  ],
}

/** Numeric rating scale 0-10; bands of the WHO's analgesic ladder practice: 1-3 mild, 4-6 moderate, 7-10 severe. */
const pain: Instrument = {
  code: 'pain-nrs',
  title: words('疼痛数字评分（NRS）', 'Pain, numeric rating scale'),
  source: 'Hawker GA et al. Arthritis Care Res 2011;63(S11):S240-S252; Serlin RC et al. Pain 1995;61:277-284',
  licence: 'Public domain.',
  scoring: 'sum',
  items: [
    {
      linkId: 'pain',
      type: 'scale',
      required: true,
      min: 0,
      max: 10,
      text: words(
        '现在有多痛？0 是不痛，10 是能想到的最痛',
        'How bad is the pain now? 0 is none, 10 is the worst you can imagine',
      ),
    },
    {
      linkId: 'where',
      type: 'string',
      text: words('哪里痛', 'Where'),
      enableWhen: { fact: 'answers.pain', op: '>', value: 0 },
    },
  ],
  bands: [
    { code: 'none', upTo: 0, tone: 'good', text: words('不痛', 'No pain') },
    { code: 'mild', upTo: 3, tone: 'good', text: words('轻度疼痛', 'Mild pain') },
    { code: 'moderate', upTo: 6, tone: 'watch', text: words('中度疼痛', 'Moderate pain') },
    {
      code: 'severe',
      tone: 'bad',
      text: words('重度疼痛', 'Severe pain'),
      redFlagWithinMinutes: 240,
    },
  ],
}

const satisfied = options(
  [5, words('很满意', 'Very satisfied', '非常滿意')],
  [4, words('满意', 'Satisfied')],
  [3, words('一般', 'Neither', '普通')],
  [2, words('不满意', 'Dissatisfied')],
  [1, words('很不满意', 'Very dissatisfied', '非常不滿意')],
)

function satisfaction(code: string, title: Localized, topics: [string, string, string][]): Instrument {
  const all = topics.length * 5
  return {
    code,
    title,
    source: 'CareLoop, topics after 国家卫生健康委 患者满意度调查 (2019) and HCAHPS; own wording',
    licence: 'Apache-2.0, as CareLoop.',
    scoring: 'sum',
    items: [
      ...topics.map(([linkId, zh, en]) => choice(linkId, words(zh, en), satisfied)),
      {
        linkId: 'recommend',
        type: 'scale',
        required: true,
        min: 0,
        max: 10,
        scores: [{ score: 0 }],
        text: words(
          '您有多愿意把我们医院推荐给亲友？（0–10）',
          'How likely are you to recommend us to family and friends? (0–10)',
        ),
      },
      { linkId: 'wish', type: 'text', text: words('还有什么建议或意见？', 'Anything we should do better?') },
    ],
    bands: [
      {
        code: 'dissatisfied',
        upTo: Math.ceil(all * 0.6) - 1,
        tone: 'bad',
        text: words('不满意', 'Dissatisfied'),
      },
      {
        code: 'neither',
        upTo: Math.ceil(all * 0.8) - 1,
        tone: 'watch',
        text: words('一般', 'Neither', '普通'),
      },
      { code: 'satisfied', tone: 'good', text: words('满意', 'Satisfied') },
    ],
  }
}

const discharge = satisfaction(
  'satisfaction-discharge',
  words('出院患者满意度', 'Satisfaction after a stay'),
  [
    ['admission', '办理入院是否方便', 'Admission'],
    ['doctors', '医生讲解病情和治疗', 'What doctors explained, and how'],
    ['nurses', '护士的态度和及时', 'Nurses: kind and quick'],
    ['pain', '疼痛和不适的处理', 'How pain and discomfort were handled'],
    ['ward', '病房环境和安静', 'Ward: clean and quiet'],
    ['food', '饮食', 'Food'],
    ['instructions', '出院指导（用药、复诊）讲得清楚', 'Instructions for home: drugs, next visit'],
    ['costs', '费用清楚', 'Clear costs'],
  ],
)

const outpatient = satisfaction(
  'satisfaction-outpatient',
  words('门诊患者满意度', 'Satisfaction after a visit'),
  [
    ['booking', '预约挂号是否方便', 'Booking'],
    ['waiting', '等候时间', 'Waiting time'],
    ['doctor', '医生听您说完并讲清楚', 'The doctor listened and explained'],
    ['nurses', '护士和导诊的态度', 'Nurses and reception'],
    ['tests', '检查检验的安排', 'Tests were arranged well'],
    ['pharmacy', '取药和用药说明', 'Pharmacy and what was said about the drugs'],
    ['privacy', '隐私得到尊重', 'Privacy'],
  ],
)

export const ownReportInstruments = [findrisc, pain, discharge, outpatient]
