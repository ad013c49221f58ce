import type { Localized } from '../../../../contract/questionnaire.ts'
import { choice, type Instrument, options, words } from './write.ts'

const item = (linkId: string, zh: string, en: string, ...all: [number, string, string][]) =>
  choice(linkId, words(zh, en), options(...all.map(([n, a, b]): [number, Localized] => [n, words(a, b)])))

/**
 * Mahoney, Barthel. Functional evaluation: the Barthel Index. Md State Med J 1965;14:61-65. Bands as in China's nursing practice
 * (WS/T 431-2013, grading of care): 100 independent, 61-99 slight, 41-60 moderate, 40 and less severe dependence.
 */
const barthel: Instrument = {
  code: 'barthel',
  title: words('Barthel 指数（日常生活能力）', 'Barthel index (activities of daily living)'),
  source: 'Mahoney FI, Barthel DW. Md State Med J 1965;14:61-65; bands: WS/T 431-2013',
  licence: 'Copyright Maryland State Medical Society; free for non-commercial use with citation.',
  scoring: 'sum',
  items: [
    item(
      'feeding',
      '进食',
      'Feeding',
      [0, '完全依赖', 'Unable'],
      [5, '需部分帮助（如切食物、夹菜）', 'Needs help cutting, spreading butter etc.'],
      [10, '可独立进食', 'Independent'],
    ),
    item('bathing', '洗澡', 'Bathing', [0, '需要帮助', 'Dependent'], [5, '可独立完成', 'Independent']),
    item(
      'grooming',
      '修饰（洗脸、刷牙、梳头、刮脸）',
      'Grooming',
      [0, '需要帮助', 'Needs help'],
      [5, '可独立完成', 'Independent face, hair, teeth, shaving'],
    ),
    item(
      'dressing',
      '穿衣',
      'Dressing',
      [0, '依赖', 'Dependent'],
      [5, '需部分帮助，约一半自己完成', 'Needs help but can do about half unaided'],
      [10, '可独立完成', 'Independent'],
    ),
    item(
      'bowels',
      '大便控制',
      'Bowels',
      [0, '失禁', 'Incontinent, or needs enemas'],
      [5, '偶尔失控（每周不超过 1 次）', 'Occasional accident'],
      [10, '可控制', 'Continent'],
    ),
    item(
      'bladder',
      '小便控制',
      'Bladder',
      [0, '失禁，或留置导尿且不能自理', 'Incontinent, or catheterised and unable to manage alone'],
      [5, '偶尔失控', 'Occasional accident'],
      [10, '可控制', 'Continent'],
    ),
    item(
      'toilet',
      '如厕',
      'Toilet use',
      [0, '依赖', 'Dependent'],
      [5, '需部分帮助', 'Needs some help'],
      [10, '可独立完成', 'Independent'],
    ),
    item(
      'transfer',
      '床椅转移',
      'Transfer (bed to chair and back)',
      [0, '不能，坐不稳', 'Unable, no sitting balance'],
      [5, '需大量帮助（1–2 人），能坐', 'Major help (one or two people), can sit'],
      [10, '需少量帮助或指导', 'Minor help (verbal or physical)'],
      [15, '独立', 'Independent'],
    ),
    item(
      'mobility',
      '平地行走 45 米',
      'Mobility on level surfaces (50 yards)',
      [0, '不能行走，或不足 45 米', 'Immobile or less than 50 yards'],
      [5, '轮椅上独立移动 45 米以上', 'Wheelchair independent, more than 50 yards'],
      [10, '一人帮助行走 45 米以上', 'Walks with help of one person, more than 50 yards'],
      [15, '独立行走（可用辅助器）', 'Independent, may use an aid'],
    ),
    item(
      'stairs',
      '上下楼梯',
      'Stairs',
      [0, '不能', 'Unable'],
      [5, '需要帮助', 'Needs help'],
      [10, '独立', 'Independent'],
    ),
  ],
  bands: [
    { code: 'severe', upTo: 40, tone: 'bad', text: words('重度依赖，全部需他人照护', 'Severely dependent') },
    {
      code: 'moderate',
      upTo: 60,
      tone: 'watch',
      text: words('中度依赖，大部分需他人照护', 'Moderately dependent'),
    },
    {
      code: 'slight',
      upTo: 99,
      tone: 'watch',
      text: words('轻度依赖，少部分需他人照护', 'Slightly dependent'),
    },
    { code: 'independent', tone: 'good', text: words('无需依赖', 'Independent') },
  ],
}

/** Morse JM, Morse RM, Tylko SJ. Development of a scale to identify the fall-prone patient. Can J Aging 1989;8:366-377: below 25 low, 25-45 moderate, above 45 high. */
const morse: Instrument = {
  code: 'morse',
  title: words('Morse 跌倒风险评估', 'Morse fall scale'),
  source: 'Morse JM, Morse RM, Tylko SJ. Can J Aging 1989;8:366-377',
  licence: 'Copyright Janice Morse; ask for permission before commercial use.',
  scoring: 'sum',
  items: [
    item(
      'history',
      '近 3 个月内跌倒过',
      'History of falling (last 3 months)',
      [0, '否', 'No'],
      [25, '是', 'Yes'],
    ),
    item('diagnosis', '超过一个医学诊断', 'Secondary diagnosis', [0, '否', 'No'], [15, '是', 'Yes']),
    item(
      'aid',
      '行走辅助',
      'Ambulatory aid',
      [0, '不需要、卧床或护士协助', 'None, bed rest, nurse assist'],
      [15, '拐杖、手杖、助行器', 'Crutches, cane, walker'],
      [30, '扶家具行走', 'Furniture'],
    ),
    item(
      'iv',
      '静脉输液或置管、使用抗凝剂',
      'Intravenous therapy or heparin lock',
      [0, '否', 'No'],
      [20, '是', 'Yes'],
    ),
    item(
      'gait',
      '步态',
      'Gait',
      [0, '正常、卧床、轮椅', 'Normal, bed rest, wheelchair'],
      [10, '虚弱乏力', 'Weak'],
      [20, '功能障碍', 'Impaired'],
    ),
    item(
      'mental',
      '认知',
      'Mental status',
      [0, '了解自己的能力', 'Oriented to own ability'],
      [15, '高估能力或忘记受限制', 'Overestimates or forgets limitations'],
    ),
  ],
  bands: [
    {
      code: 'low',
      upTo: 24,
      tone: 'good',
      text: words('低风险', 'Low risk'),
      advice: words('一般护理', 'Basic nursing care'),
    },
    {
      code: 'moderate',
      upTo: 45,
      tone: 'watch',
      text: words('中风险', 'Moderate risk'),
      advice: words('标准预防跌倒措施', 'Standard fall prevention'),
    },
    {
      code: 'high',
      tone: 'bad',
      text: words('高风险', 'High risk'),
      advice: words('高危预防跌倒措施', 'High-risk fall prevention'),
    },
  ],
}

/**
 * Bergstrom, Braden, Laguzza, Holman. The Braden scale for predicting pressure sore risk. Nurs Res 1987;36:205-210; bands of Braden and
 * Maklebust 2005: 19 and more none, 15-18 mild, 13-14 moderate, 10-12 high, 9 and less very high.
 */
const braden: Instrument = {
  code: 'braden',
  title: words('Braden 压力性损伤风险评估', 'Braden scale'),
  source:
    'Bergstrom N et al. Nurs Res 1987;36:205-210; bands: Braden B, Maklebust J. Am J Nurs 2005;105:70-72',
  licence:
    'Copyright Barbara Braden and Nancy Bergstrom 1988; permission is needed for use (bradenscale.com).',
  scoring: 'sum',
  items: [
    item(
      'sensory',
      '感觉',
      'Sensory perception',
      [1, '完全受限', 'Completely limited'],
      [2, '非常受限', 'Very limited'],
      [3, '轻度受限', 'Slightly limited'],
      [4, '未受损害', 'No impairment'],
    ),
    item(
      'moisture',
      '潮湿',
      'Moisture',
      [1, '持续潮湿', 'Constantly moist'],
      [2, '经常潮湿', 'Very moist'],
      [3, '偶尔潮湿', 'Occasionally moist'],
      [4, '很少潮湿', 'Rarely moist'],
    ),
    item(
      'activity',
      '活动能力',
      'Activity',
      [1, '卧床', 'Bedfast'],
      [2, '坐椅子', 'Chairfast'],
      [3, '偶尔步行', 'Walks occasionally'],
      [4, '经常步行', 'Walks frequently'],
    ),
    item(
      'mobility',
      '移动能力',
      'Mobility',
      [1, '完全不能移动', 'Completely immobile'],
      [2, '非常受限', 'Very limited'],
      [3, '轻度受限', 'Slightly limited'],
      [4, '不受限', 'No limitation'],
    ),
    item(
      'nutrition',
      '营养',
      'Nutrition',
      [1, '非常差', 'Very poor'],
      [2, '可能不足', 'Probably inadequate'],
      [3, '充足', 'Adequate'],
      [4, '丰富', 'Excellent'],
    ),
    item(
      'friction',
      '摩擦力和剪切力',
      'Friction and shear',
      [1, '存在问题', 'Problem'],
      [2, '有潜在问题', 'Potential problem'],
      [3, '无明显问题', 'No apparent problem'],
    ),
  ],
  bands: [
    { code: 'very-high', upTo: 9, tone: 'bad', text: words('极高风险', 'Very high risk') },
    { code: 'high', upTo: 12, tone: 'bad', text: words('高风险', 'High risk') },
    { code: 'moderate', upTo: 14, tone: 'watch', text: words('中风险', 'Moderate risk') },
    { code: 'mild', upTo: 18, tone: 'watch', text: words('低风险', 'Mild risk') },
    { code: 'none', tone: 'good', text: words('无风险', 'Not at risk') },
  ],
}

export const nursingInstruments = [barthel, morse, braden]
