import { satisfaction, type Seed } from './questionnaires.ts'

const yesNoUnsure = [
  { value: 'yes', text: { 'zh-CN': '有', 'zh-TW': '有', en: 'Yes' } },
  { value: 'no', text: { 'zh-CN': '没有', 'zh-TW': '沒有', en: 'No' } },
  { value: 'unsure', text: { 'zh-CN': '记不清', 'zh-TW': '記不清', en: 'Not sure' } },
]

/** What the service centre asks about a level-1 result that was drawn for a spot check. */
export const spotCheckQuestionnaire: Seed = {
  code: 'spot-check-level-1',
  title: {
    'zh-CN': '抽查：一级随访是否属实',
    'zh-TW': '抽查：第一級追蹤是否屬實',
    en: 'Spot check of a level-1 follow-up',
  },
  source: 'CareLoop; each question is compared with what the doctor recorded (docs/decisions/0018)',
  scoring: 'none',
  script: {
    'zh-CN':
      '您好，请问是{{name}}吗？我是{{hospital}}客服中心。您前段时间从{{department}}出院，想核实一下医生的电话随访有没有做到位，大约一分钟。',
    'zh-TW':
      '您好，請問是{{name}}嗎？我是{{hospital}}客服中心。您前段時間從{{department}}出院，想核實醫師的電話追蹤是否確實，大約一分鐘。',
    en: 'Hello, is this {{name}}? I am calling from the service centre of {{hospital}}. You went home from {{department}} a while ago; I would like to check whether your doctor’s follow-up call took place. It takes a minute.',
  },
  items: [
    {
      linkId: 'called',
      type: 'choice',
      required: true,
      text: {
        'zh-CN': '出院后医生给您（或家人）打过随访电话、或上门看过吗？',
        'zh-TW': '出院後醫師有致電給您（或家人）、或到府探視嗎？',
        en: 'After you went home, did the doctor phone you (or your family) or come to see you?',
      },
      options: yesNoUnsure,
    },
    {
      linkId: 'called-on',
      type: 'date',
      text: { 'zh-CN': '大概哪一天？', 'zh-TW': '大約哪一天？', en: 'On which day, about?' },
      help: {
        'zh-CN': '记不清就空着',
        'zh-TW': '記不清就留空',
        en: 'Leave it empty when they do not remember',
      },
      enableWhen: { fact: 'answers.called', op: '=', value: 'yes' },
    },
    {
      linkId: 'medication',
      type: 'choice',
      required: true,
      text: {
        'zh-CN': '那时候您告诉医生，药是怎么吃的？',
        'zh-TW': '當時您告訴醫師，藥是怎麼吃的？',
        en: 'What did you tell the doctor then about taking your medicines?',
      },
      options: [
        { value: 'yes', text: { 'zh-CN': '按时吃', 'zh-TW': '按時服用', en: 'As prescribed' } },
        { value: 'partly', text: { 'zh-CN': '有时漏服', 'zh-TW': '有時漏服', en: 'Sometimes missed' } },
        { value: 'stopped', text: { 'zh-CN': '自己停了', 'zh-TW': '自行停藥', en: 'Stopped them' } },
        { value: 'none', text: { 'zh-CN': '没有带药', 'zh-TW': '沒有帶藥', en: 'Had none' } },
        {
          value: 'unsure',
          text: { 'zh-CN': '没问 / 记不清', 'zh-TW': '沒問 / 記不清', en: 'Not asked or not sure' },
        },
      ],
      enableWhen: { fact: 'answers.called', op: '=', value: 'yes' },
    },
    {
      linkId: 'revisit',
      type: 'choice',
      required: true,
      text: {
        'zh-CN': '医生说清楚什么时候复查、什么情况要马上来医院了吗？',
        'zh-TW': '醫師說清楚何時回診、什麼情況要馬上就醫了嗎？',
        en: 'Did the doctor make clear when to come back, and when to come at once?',
      },
      options: yesNoUnsure,
      enableWhen: { fact: 'answers.called', op: '=', value: 'yes' },
    },
    {
      linkId: 'satisfaction',
      type: 'choice',
      text: {
        'zh-CN': '对这次随访满意吗？',
        'zh-TW': '對這次追蹤滿意嗎？',
        en: 'Are you satisfied with the follow-up?',
      },
      options: satisfaction.map(({ value, text }) => ({ value, text })),
      enableWhen: { fact: 'answers.called', op: '=', value: 'yes' },
    },
    {
      linkId: 'comment',
      type: 'text',
      text: { 'zh-CN': '患者还说了什么', 'zh-TW': '病患還說了什麼', en: 'Anything else they said' },
    },
  ],
}
