import { choice, type Instrument, measure, options, words, yesNo } from './write.ts'

/**
 * Modified Early Warning Score as Subbe et al. QJM 2001;94:521-526 give it, with new confusion counted like "reacts to voice" and the daily
 * urine of the version of Capio S:t Göran (2011); both additions are left out of the sum where they are not filled in.
 */
const mews: Instrument = {
  code: 'mews',
  title: words('MEWS 改良早期预警评分', 'MEWS modified early warning score'),
  source: 'Subbe CP et al. QJM 2001;94:521-526; with urine and new confusion after Capio S:t Göran 2011',
  licence: 'Published formula, free to use with citation.',
  scoring: 'sum',
  items: [
    measure(
      'respiration',
      words('呼吸频率', 'Respiration rate'),
      '/min',
      [0, 100],
      [
        { below: 9, score: 2 },
        { below: 15, score: 0 },
        { below: 21, score: 1 },
        { below: 30, score: 2 },
        { score: 3 },
      ],
    ),
    measure(
      'heart-rate',
      words('心率', 'Heart rate'),
      '/min',
      [0, 300],
      [
        { upTo: 40, score: 2 },
        { upTo: 50, score: 1 },
        { upTo: 100, score: 0 },
        { upTo: 110, score: 1 },
        { below: 130, score: 2 },
        { score: 3 },
      ],
    ),
    measure(
      'systolic',
      words('收缩压', 'Systolic blood pressure'),
      'mmHg',
      [0, 350],
      [
        { upTo: 70, score: 3 },
        { upTo: 80, score: 2 },
        { upTo: 100, score: 1 },
        { below: 200, score: 0 },
        { score: 2 },
      ],
    ),
    measure(
      'temperature',
      words('体温', 'Temperature'),
      '°C',
      [20, 45],
      [{ below: 35, score: 2 }, { below: 38.5, score: 0 }, { score: 2 }],
    ),
    choice(
      'consciousness',
      words('意识（AVPU）', 'Consciousness (AVPU)'),
      options(
        [0, words('清醒', 'Alert')],
        [1, words('对声音有反应，或新出现意识模糊', 'Reacts to voice, or newly confused')],
        [2, words('对疼痛有反应', 'Reacts to pain')],
        [3, words('无反应', 'Unresponsive')],
      ),
    ),
    choice(
      'urine',
      words('24 小时尿量（没有记录可不填）', 'Urine in 24 hours (leave empty when not recorded)'),
      options(
        [0, words('约 1500 mL', 'About 1500 mL')],
        [1, words('约 1000 mL 或超过 2500 mL', 'About 1000 mL, or more than 2500 mL')],
      ),
      { required: false },
    ),
  ],
  bands: [
    { code: 'low', upTo: 2, tone: 'good', text: words('低风险', 'Low risk') },
    {
      code: 'watch',
      upTo: 4,
      tone: 'watch',
      text: words('需加强观察', 'Needs closer observation'),
      advice: words('增加测量次数，告知医生', 'Measure more often and tell the doctor'),
    },
    {
      code: 'critical',
      tone: 'bad',
      text: words('病情危重风险高', 'High risk of deterioration'),
      advice: words('5 分及以上：立即请医生评估', '5 or more: immediate review by a doctor'),
      redFlagWithinMinutes: 15,
    },
  ],
}

const onScale2 = { fact: 'answers.hypercapnic', op: '=' as const, value: '1' }
const onScale1 = { fact: 'answers.hypercapnic', op: '=' as const, value: '0' }
const onAir = { fact: 'answers.oxygen', op: '=' as const, value: '0' }
const onOxygen = { fact: 'answers.oxygen', op: '=' as const, value: '1' }

/** Royal College of Physicians. National Early Warning Score (NEWS) 2. London: RCP, 2017: charts 1 and 2. */
const news2: Instrument = {
  code: 'news-2',
  title: words('NEWS2 国家早期预警评分', 'NEWS2 national early warning score'),
  source: 'Royal College of Physicians. National Early Warning Score (NEWS) 2. London: RCP, 2017',
  licence:
    'Reproduced from: Royal College of Physicians, NEWS2, 2017. May be used freely with this acknowledgement.',
  scoring: 'sum',
  items: [
    measure(
      'respiration',
      words('呼吸频率', 'Respiration rate'),
      '/min',
      [0, 100],
      [
        { upTo: 8, score: 3 },
        { upTo: 11, score: 1 },
        { upTo: 20, score: 0 },
        { upTo: 24, score: 2 },
        { score: 3 },
      ],
    ),
    yesNo(
      'hypercapnic',
      words(
        '有高碳酸血症性呼吸衰竭（用 SpO₂ 第 2 量表，须由医生确定）',
        'Hypercapnic respiratory failure (SpO₂ scale 2, confirmed by a doctor)',
      ),
      0,
    ),
    yesNo('oxygen', words('正在吸氧', 'Supplemental oxygen'), 2),
    measure(
      'spo2-scale-1',
      words('血氧饱和度（第 1 量表）', 'SpO₂ (scale 1)'),
      '%',
      [30, 100],
      [{ upTo: 91, score: 3 }, { upTo: 93, score: 2 }, { upTo: 95, score: 1 }, { score: 0 }],
      { enableWhen: onScale1 },
    ),
    measure(
      'spo2-scale-2-air',
      words('血氧饱和度（第 2 量表，未吸氧）', 'SpO₂ (scale 2, on air)'),
      '%',
      [30, 100],
      [{ upTo: 83, score: 3 }, { upTo: 85, score: 2 }, { upTo: 87, score: 1 }, { score: 0 }],
      { enableWhen: { all: [onScale2, onAir] } },
    ),
    measure(
      'spo2-scale-2-oxygen',
      words('血氧饱和度（第 2 量表，吸氧）', 'SpO₂ (scale 2, on oxygen)'),
      '%',
      [30, 100],
      [
        { upTo: 83, score: 3 },
        { upTo: 85, score: 2 },
        { upTo: 87, score: 1 },
        { upTo: 92, score: 0 },
        { upTo: 94, score: 1 },
        { upTo: 96, score: 2 },
        { score: 3 },
      ],
      { enableWhen: { all: [onScale2, onOxygen] } },
    ),
    measure(
      'systolic',
      words('收缩压', 'Systolic blood pressure'),
      'mmHg',
      [0, 350],
      [
        { upTo: 90, score: 3 },
        { upTo: 100, score: 2 },
        { upTo: 110, score: 1 },
        { upTo: 219, score: 0 },
        { score: 3 },
      ],
    ),
    measure(
      'pulse',
      words('脉搏', 'Pulse'),
      '/min',
      [0, 300],
      [
        { upTo: 40, score: 3 },
        { upTo: 50, score: 1 },
        { upTo: 90, score: 0 },
        { upTo: 110, score: 1 },
        { upTo: 130, score: 2 },
        { score: 3 },
      ],
    ),
    choice(
      'consciousness',
      words('意识（ACVPU）', 'Consciousness (ACVPU)'),
      options(
        [0, words('清醒', 'Alert')],
        [
          3,
          words(
            '新出现意识模糊，或仅对声音、疼痛有反应，或无反应',
            'New confusion, or reacts to voice or pain only, or unresponsive',
          ),
        ],
      ),
    ),
    measure(
      'temperature',
      words('体温', 'Temperature'),
      '°C',
      [20, 45],
      [
        { upTo: 35, score: 3 },
        { upTo: 36, score: 1 },
        { upTo: 38, score: 0 },
        { upTo: 39, score: 1 },
        { score: 2 },
      ],
    ),
  ],
  bands: [
    {
      code: 'low',
      upTo: 4,
      tone: 'good',
      text: words('低风险', 'Low clinical risk'),
      advice: words(
        '由病房护士处理；0 分每 12 小时、1–4 分每 4–6 小时监测',
        'Ward-based response; monitor every 12 hours at 0, every 4–6 hours at 1–4',
      ),
    },
    {
      code: 'low-medium',
      upTo: 4,
      singleItem: 3,
      tone: 'watch',
      text: words('低—中风险（单项 3 分）', 'Low–medium clinical risk (3 in one parameter)'),
      advice: words('病房医生尽快评估，至少每小时监测', 'Urgent ward-based review; monitor at least hourly'),
    },
    {
      code: 'medium',
      upTo: 6,
      tone: 'watch',
      text: words('中风险', 'Medium clinical risk'),
      advice: words('医生紧急评估，至少每小时监测', 'Urgent review by a clinician; monitor at least hourly'),
      redFlagWithinMinutes: 30,
    },
    {
      code: 'high',
      tone: 'bad',
      text: words('高风险', 'High clinical risk'),
      advice: words(
        '立即由危重症团队评估，持续监测',
        'Emergency assessment by a critical-care team; continuous monitoring',
      ),
      redFlagWithinMinutes: 10,
    },
  ],
}

export const earlyWarningInstruments = [mews, news2]
