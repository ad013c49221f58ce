import type { QuestionnaireDefinition } from '../../../contract/questionnaire.ts'

export type Seed = Pick<QuestionnaireDefinition, 'code' | 'title' | 'source' | 'script' | 'items' | 'scoring'>

const yesNo = [
  { value: 'no', text: { 'zh-CN': '没有', 'zh-TW': '沒有', en: 'No' } },
  { value: 'yes', text: { 'zh-CN': '有', 'zh-TW': '有', en: 'Yes' } },
]

export const satisfaction = [
  { value: '5', text: { 'zh-CN': '很满意', 'zh-TW': '非常滿意', en: 'Very satisfied' }, score: 5 },
  { value: '4', text: { 'zh-CN': '满意', 'zh-TW': '滿意', en: 'Satisfied' }, score: 4 },
  { value: '3', text: { 'zh-CN': '一般', 'zh-TW': '普通', en: 'Neither' }, score: 3 },
  { value: '2', text: { 'zh-CN': '不满意', 'zh-TW': '不滿意', en: 'Dissatisfied' }, score: 2 },
  { value: '1', text: { 'zh-CN': '很不满意', 'zh-TW': '非常不滿意', en: 'Very dissatisfied' }, score: 1 },
]

/** Questions that fit every stay; disease-specific ones are further questionnaires. */
export const baseQuestionnaires: Seed[] = [
  {
    code: 'discharge-level-1',
    title: {
      'zh-CN': '出院一级随访（主管医生）',
      'zh-TW': '出院第一級追蹤（主治醫師）',
      en: 'Discharge follow-up, level 1 (attending doctor)',
    },
    source:
      'CareLoop, after the 96120 call-centre report: level 1 asks for recovery, medication and warning signs',
    scoring: 'none',
    script: {
      'zh-CN':
        '您好，请问是{{name}}吗？我是{{hospital}}{{department}}的医生。您前几天从我们科出院，想了解一下您回家以后的恢复情况，大约占用您三分钟。',
      'zh-TW':
        '您好，請問是{{name}}嗎？我是{{hospital}}{{department}}的醫師。您前幾天從我們科出院，想了解您回家後的恢復情況，大約三分鐘。',
      en: 'Hello, is this {{name}}? I am calling from {{department}}, {{hospital}}. You went home a few days ago and I would like to ask how you are doing. It takes about three minutes.',
    },
    items: [
      {
        linkId: 'condition',
        type: 'choice',
        required: true,
        text: {
          'zh-CN': '出院后总体感觉怎么样？',
          'zh-TW': '出院後整體感覺如何？',
          en: 'How have you been since you went home?',
        },
        options: [
          { value: 'better', text: { 'zh-CN': '好转', 'zh-TW': '好轉', en: 'Better' } },
          {
            value: 'same',
            text: { 'zh-CN': '和出院时差不多', 'zh-TW': '和出院時差不多', en: 'About the same' },
          },
          { value: 'worse', text: { 'zh-CN': '加重', 'zh-TW': '加重', en: 'Worse' } },
        ],
        redFlag: {
          when: { fact: 'answers.condition', op: '=', value: 'worse' },
          text: {
            'zh-CN': '患者诉病情加重',
            'zh-TW': '病患表示病情加重',
            en: 'The patient says it has got worse',
          },
          withinMinutes: 240,
        },
      },
      {
        linkId: 'danger',
        type: 'multiple',
        required: true,
        text: { 'zh-CN': '有没有下面这些情况？', 'zh-TW': '有沒有下列情況？', en: 'Any of the following?' },
        options: [
          { value: 'none', text: { 'zh-CN': '都没有', 'zh-TW': '都沒有', en: 'None' } },
          {
            value: 'chest-pain',
            text: { 'zh-CN': '胸痛、胸闷', 'zh-TW': '胸痛、胸悶', en: 'Chest pain or tightness' },
          },
          {
            value: 'dyspnoea',
            text: { 'zh-CN': '气促、呼吸困难', 'zh-TW': '喘、呼吸困難', en: 'Short of breath' },
          },
          {
            value: 'bleeding',
            text: { 'zh-CN': '出血、黑便', 'zh-TW': '出血、黑便', en: 'Bleeding or black stools' },
          },
          {
            value: 'fever',
            text: { 'zh-CN': '发热 38.5℃ 以上', 'zh-TW': '發燒 38.5℃ 以上', en: 'Fever of 38.5 °C or more' },
          },
          {
            value: 'consciousness',
            text: {
              'zh-CN': '意识不清、肢体无力',
              'zh-TW': '意識不清、肢體無力',
              en: 'Confused, or a weak arm or leg',
            },
          },
          {
            value: 'wound',
            text: {
              'zh-CN': '伤口红肿流脓',
              'zh-TW': '傷口紅腫流膿',
              en: 'Wound red, swollen or discharging',
            },
          },
        ],
        redFlag: {
          when: {
            any: ['chest-pain', 'dyspnoea', 'bleeding', 'fever', 'consciousness', 'wound'].map((value) => ({
              fact: 'answers.danger',
              op: 'contains' as const,
              value,
            })),
          },
          text: {
            'zh-CN': '患者有危险症状',
            'zh-TW': '病患有危險症狀',
            en: 'The patient has a warning sign',
          },
          withinMinutes: 60,
        },
      },
      {
        linkId: 'pain',
        type: 'scale',
        text: { 'zh-CN': '现在疼痛几分？', 'zh-TW': '現在疼痛幾分？', en: 'Pain now, 0 to 10?' },
        help: {
          'zh-CN': '0 分不痛，10 分最痛',
          'zh-TW': '0 分不痛，10 分最痛',
          en: '0 is none, 10 the worst',
        },
        min: 0,
        max: 10,
        redFlag: {
          when: { fact: 'answers.pain', op: '>=', value: 7 },
          text: { 'zh-CN': '重度疼痛（≥7 分）', 'zh-TW': '重度疼痛（≥7 分）', en: 'Severe pain (7 or more)' },
          withinMinutes: 240,
        },
      },
      {
        linkId: 'medication',
        type: 'choice',
        required: true,
        text: {
          'zh-CN': '出院带的药按医嘱在吃吗？',
          'zh-TW': '出院帶的藥有按醫囑服用嗎？',
          en: 'Are you taking your medicines as prescribed?',
        },
        options: [
          { value: 'yes', text: { 'zh-CN': '按时吃', 'zh-TW': '按時服用', en: 'Yes' } },
          { value: 'partly', text: { 'zh-CN': '有时漏服', 'zh-TW': '有時漏服', en: 'Sometimes missed' } },
          { value: 'stopped', text: { 'zh-CN': '自己停了', 'zh-TW': '自行停藥', en: 'Stopped them' } },
          { value: 'none', text: { 'zh-CN': '没有带药', 'zh-TW': '沒有帶藥', en: 'Had none' } },
        ],
      },
      {
        linkId: 'stop-reason',
        type: 'string',
        text: { 'zh-CN': '为什么停药或漏服？', 'zh-TW': '為什麼停藥或漏服？', en: 'Why?' },
        enableWhen: { fact: 'answers.medication', op: 'in', value: ['partly', 'stopped'] },
      },
      {
        linkId: 'revisit',
        type: 'choice',
        required: true,
        text: {
          'zh-CN': '知道什么时候回来复查吗？',
          'zh-TW': '知道何時回診嗎？',
          en: 'Do you know when to come back?',
        },
        options: [
          { value: 'yes', text: { 'zh-CN': '知道', 'zh-TW': '知道', en: 'Yes' } },
          {
            value: 'told',
            text: { 'zh-CN': '不知道，已告知', 'zh-TW': '不知道，已告知', en: 'No, told now' },
          },
        ],
      },
      {
        linkId: 'guidance',
        staffOnly: true,
        type: 'text',
        text: { 'zh-CN': '指导内容', 'zh-TW': '衛教內容', en: 'Advice given' },
      },
    ],
  },
  {
    code: 'discharge-level-2',
    title: {
      'zh-CN': '出院二级随访（护士长 / 客服中心）',
      'zh-TW': '出院第二級追蹤（護理長 / 客服中心）',
      en: 'Discharge follow-up, level 2 (head nurse or service centre)',
    },
    source: 'CareLoop; checks that level 1 took place and asks for satisfaction with the stay',
    scoring: 'sum',
    script: {
      'zh-CN':
        '您好，{{name}}，我是{{hospital}}的护士。医生之前给您打过随访电话，我想再了解一下您的恢复情况和住院期间的感受。',
      'zh-TW':
        '您好，{{name}}，我是{{hospital}}的護理師。醫師先前致電追蹤過，想再了解您的恢復情況與住院感受。',
      en: 'Hello {{name}}, I am a nurse of {{hospital}}. I would like to ask how you are recovering and how your stay was.',
    },
    items: [
      {
        linkId: 'called',
        type: 'choice',
        required: true,
        text: {
          'zh-CN': '出院后主管医生给您打过电话吗？',
          'zh-TW': '出院後主治醫師有致電給您嗎？',
          en: 'Did your doctor phone you after discharge?',
        },
        options: [
          { value: 'yes', text: { 'zh-CN': '打过', 'zh-TW': '有', en: 'Yes' } },
          { value: 'no', text: { 'zh-CN': '没有', 'zh-TW': '沒有', en: 'No' } },
          { value: 'unsure', text: { 'zh-CN': '记不清', 'zh-TW': '記不清', en: 'Not sure' } },
        ],
      },
      {
        linkId: 'new-symptom',
        type: 'choice',
        required: true,
        text: {
          'zh-CN': '最近有没有新的不舒服？',
          'zh-TW': '最近有沒有新的不適？',
          en: 'Any new complaint lately?',
        },
        options: yesNo,
        redFlag: {
          when: { fact: 'answers.new-symptom', op: '=', value: 'yes' },
          text: {
            'zh-CN': '出现新的不适，请医生回电',
            'zh-TW': '出現新的不適，請醫師回電',
            en: 'New complaint, doctor to call back',
          },
          withinMinutes: 480,
        },
      },
      {
        linkId: 'symptom-text',
        type: 'string',
        text: { 'zh-CN': '什么不舒服？', 'zh-TW': '什麼不適？', en: 'What is it?' },
        enableWhen: { fact: 'answers.new-symptom', op: '=', value: 'yes' },
      },
      {
        linkId: 'doctors',
        type: 'choice',
        required: true,
        text: { 'zh-CN': '对医生满意吗？', 'zh-TW': '對醫師滿意嗎？', en: 'The doctors?' },
        options: satisfaction,
      },
      {
        linkId: 'nurses',
        type: 'choice',
        required: true,
        text: { 'zh-CN': '对护理满意吗？', 'zh-TW': '對護理滿意嗎？', en: 'The nursing?' },
        options: satisfaction,
      },
      {
        linkId: 'environment',
        type: 'choice',
        required: true,
        text: {
          'zh-CN': '对环境和饮食满意吗？',
          'zh-TW': '對環境與伙食滿意嗎？',
          en: 'Surroundings and food?',
        },
        options: satisfaction,
      },
      {
        linkId: 'opinion',
        type: 'text',
        text: {
          'zh-CN': '有什么意见和建议？',
          'zh-TW': '有什麼意見與建議？',
          en: 'Any opinion or suggestion?',
        },
      },
    ],
  },
  {
    code: 'discharge-level-3',
    title: {
      'zh-CN': '出院三级随访（入户）',
      'zh-TW': '出院第三級追蹤（家訪）',
      en: 'Discharge follow-up, level 3 (home visit)',
    },
    source:
      'CareLoop, after the 96120 call-centre report: the outreach department visits a sample at home within one month',
    scoring: 'none',
    items: [
      {
        linkId: 'met',
        type: 'choice',
        required: true,
        text: { 'zh-CN': '见到了谁？', 'zh-TW': '見到了誰？', en: 'Whom did you meet?' },
        options: [
          { value: 'patient', text: { 'zh-CN': '本人', 'zh-TW': '本人', en: 'The patient' } },
          { value: 'family', text: { 'zh-CN': '家属', 'zh-TW': '家屬', en: 'Family' } },
        ],
      },
      {
        linkId: 'self-care',
        type: 'choice',
        required: true,
        text: { 'zh-CN': '生活自理情况', 'zh-TW': '生活自理情形', en: 'Self-care' },
        options: [
          { value: 'full', text: { 'zh-CN': '完全自理', 'zh-TW': '完全自理', en: 'Independent' } },
          { value: 'partly', text: { 'zh-CN': '部分依赖', 'zh-TW': '部分依賴', en: 'Needs some help' } },
          { value: 'none', text: { 'zh-CN': '完全依赖', 'zh-TW': '完全依賴', en: 'Dependent' } },
        ],
      },
      {
        linkId: 'systolic',
        type: 'integer',
        unit: 'mmHg',
        min: 50,
        max: 280,
        text: { 'zh-CN': '收缩压', 'zh-TW': '收縮壓', en: 'Systolic pressure' },
        redFlag: {
          when: { fact: 'answers.systolic', op: '>=', value: 180 },
          text: {
            'zh-CN': '收缩压 ≥180 mmHg，紧急转诊',
            'zh-TW': '收縮壓 ≥180 mmHg，緊急轉診',
            en: 'Systolic 180 mmHg or more: refer urgently',
          },
          withinMinutes: 60,
        },
      },
      {
        linkId: 'home-risk',
        type: 'choice',
        text: {
          'zh-CN': '居家有跌倒等风险吗？',
          'zh-TW': '居家有跌倒等風險嗎？',
          en: 'Risks at home (falls etc.)?',
        },
        options: yesNo,
      },
      { linkId: 'note', type: 'text', text: { 'zh-CN': '访视记录', 'zh-TW': '訪視紀錄', en: 'Visit note' } },
    ],
  },
]
