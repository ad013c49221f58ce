import type { MeasureLimit } from '../../../contract/case-setup.ts'
import type { TemplateTexts } from '../../../contract/message-template.ts'
import type { Purpose } from '../../../contract/contact.ts'
import { satisfaction, type Seed } from './questionnaires.ts'

/** Complaint categories as hospitals keep them (医疗机构投诉管理办法 2019 Art. 35 asks for analysis by cause); two levels. */
export const caseCategories: { code: string; name: string; parent?: string }[] = [
  { code: 'attitude', name: '服务态度' },
  { code: 'attitude-doctor', name: '医生态度', parent: 'attitude' },
  { code: 'attitude-nurse', name: '护士态度', parent: 'attitude' },
  { code: 'attitude-window', name: '窗口与导诊态度', parent: 'attitude' },
  { code: 'quality', name: '诊疗质量' },
  { code: 'quality-diagnosis', name: '诊断与治疗', parent: 'quality' },
  { code: 'quality-nursing', name: '护理质量', parent: 'quality' },
  { code: 'quality-drug', name: '用药', parent: 'quality' },
  { code: 'charge', name: '收费' },
  { code: 'charge-wrong', name: '收费有误', parent: 'charge' },
  { code: 'charge-insurance', name: '医保报销', parent: 'charge' },
  { code: 'waiting', name: '等候' },
  { code: 'waiting-clinic', name: '候诊时间', parent: 'waiting' },
  { code: 'waiting-examination', name: '检查预约与等候', parent: 'waiting' },
  { code: 'waiting-registration', name: '挂号难', parent: 'waiting' },
  { code: 'environment', name: '环境与后勤' },
  { code: 'environment-clean', name: '卫生', parent: 'environment' },
  { code: 'environment-food', name: '膳食', parent: 'environment' },
  { code: 'environment-parking', name: '停车与交通', parent: 'environment' },
  { code: 'information', name: '信息沟通' },
  { code: 'information-consent', name: '告知不充分', parent: 'information' },
  { code: 'information-report', name: '报告与病历', parent: 'information' },
  { code: 'privacy', name: '隐私' },
  { code: 'equipment', name: '设备' },
  { code: 'process', name: '流程' },
  { code: 'other', name: '其他' },
]

const upTo = (service: number | null, head: number | null): MeasureLimit[] => [
  { role: 'service-centre', upTo: service },
  { role: 'department-head', upTo: head },
  { role: 'manager', upTo: null },
]
const free: MeasureLimit[] = upTo(null, null)
const heads: MeasureLimit[] = [
  { role: 'department-head', upTo: null },
  { role: 'manager', upTo: null },
]

/** What may be offered for a defect of service; amounts are CareLoop's proposal, each hospital enters its own. */
export const caseMeasures: { code: string; name: string; priced?: boolean; limits: MeasureLimit[] }[] = [
  { code: 'apology', name: '当面或电话致歉', limits: free },
  { code: 'written-apology', name: '书面致歉', limits: heads },
  { code: 'priority-visit', name: '优先安排就诊', limits: free },
  { code: 're-examination', name: '免费复查', limits: heads },
  { code: 'second-opinion', name: '请上级医师会诊', limits: heads },
  { code: 'fee-waiver', name: '减免费用', priced: true, limits: upTo(200, 1000) },
  { code: 'parking', name: '停车费减免', priced: true, limits: upTo(50, 50) },
  { code: 'meal', name: '餐券', priced: true, limits: upTo(50, 50) },
  { code: 'lost-replacement', name: '遗失物品补偿', priced: true, limits: upTo(200, 500) },
]

/** Asked when the result is told. */
export const caseSatisfaction: Seed = {
  code: 'case-satisfaction',
  title: {
    'zh-CN': '投诉处理满意度',
    'zh-TW': '申訴處理滿意度',
    en: 'Satisfaction with how a complaint was handled',
  },
  source: 'CareLoop; 12320 asks for satisfaction when the result is told',
  scoring: 'none',
  script: {
    'zh-CN':
      '您好，请问是{{name}}吗？我是{{hospital}}客服中心。您反映的问题已经处理，我把结果告诉您，再请教两个问题。',
    'zh-TW':
      '您好，請問是{{name}}嗎？我是{{hospital}}客服中心。您反映的問題已經處理，我把結果告訴您，再請教兩個問題。',
    en: 'Hello, is this {{name}}? I am calling from the service centre of {{hospital}}. What you told us has been looked into; I would like to tell you the result and ask two questions.',
  },
  items: [
    {
      linkId: 'satisfaction',
      type: 'choice',
      required: true,
      text: {
        'zh-CN': '您对这次处理满意吗？',
        'zh-TW': '您對這次處理滿意嗎？',
        en: 'How satisfied are you with how it was handled?',
      },
      options: satisfaction,
    },
    {
      linkId: 'more',
      type: 'text',
      text: {
        'zh-CN': '还有什么希望我们做的？',
        'zh-TW': '還有什麼希望我們做的？',
        en: 'Is there anything else that we should do?',
      },
    },
  ],
}

/** Neither names what it was about: other people may read a message. */
export const caseMessages: { code: string; name: string; purpose: Purpose; texts: TemplateTexts }[] = [
  {
    code: 'case-result',
    name: '投诉处理结果告知',
    purpose: 'service',
    texts: {
      'zh-CN': {
        sms: {
          body: '【{{hospital}}】{{name}}，您好：您反映的问题（{{subject}}）已有处理结果，详情请来电客服中心。感谢您的监督。',
        },
        email: {
          subject: '{{hospital}}：您反映的问题已有处理结果',
          body: '{{name}}，您好：\n\n您反映的问题（编号 {{subject}}）已由{{department}}核查处理完毕。我们愿意当面或电话向您说明结果，请与客服中心联系。\n\n感谢您的监督。',
        },
        letter: {
          subject: '{{hospital}}关于您反映问题的答复',
          body: '{{name}}，您好：\n\n您反映的问题（编号 {{subject}}）已由{{department}}核查处理完毕。我们愿意当面或电话向您说明结果，请与客服中心联系。\n\n给您带来的不便，我们深表歉意，感谢您的监督。',
        },
      },
      'zh-TW': {
        sms: {
          body: '【{{hospital}}】{{name}}您好：您反映的問題（{{subject}}）已有處理結果，詳情請來電客服中心。感謝您的指教。',
        },
      },
      en: {
        sms: {
          body: '{{hospital}}: what you told us ({{subject}}) has been looked into. Please call our service centre for the result.',
        },
        letter: {
          subject: 'What you told {{hospital}}',
          body: 'Dear {{name}},\n\nwhat you told us (number {{subject}}) has been looked into by {{department}}. We would like to explain the result to you; please call our service centre.\n\nWe are sorry for the trouble and thank you for telling us.',
        },
      },
    },
  },
  {
    code: 'case-improved',
    name: '改进结果告知投诉人',
    purpose: 'service',
    texts: {
      'zh-CN': {
        sms: {
          body: '【{{hospital}}】{{name}}，您好：您提的意见（{{subject}}）促成了{{department}}的改进，现已实行。谢谢您，欢迎继续监督。',
        },
        email: {
          subject: '{{hospital}}：因为您的意见，我们做了改进',
          body: '{{name}}，您好：\n\n您提的意见（编号 {{subject}}）促成了{{department}}的改进，现已实行。谢谢您，欢迎继续监督。',
        },
      },
      'zh-TW': {
        sms: {
          body: '【{{hospital}}】{{name}}您好：您提的意見（{{subject}}）促成了{{department}}的改進，現已實行。謝謝您，歡迎繼續指教。',
        },
      },
      en: {
        sms: {
          body: '{{hospital}}: what you told us ({{subject}}) has led to a change at {{department}}. Thank you.',
        },
      },
    },
  },
]

/** Shown where somebody is marked as difficult to meet. */
export const caseGuidance = {
  code: 'difficult-conversation',
  title: '难沟通对象接待要点',
  body: '请对方坐下，请到安静的房间，不要在走廊里谈。\n先听完，不打断、不辩解；重复一遍对方的要求，请对方确认。\n只说查实了的事，不评价同事，不承诺做不到的事；能答应的写明时间和责任人。\n两人接待，全程记录；对方言语威胁时说明底线，必要时请保卫科。\n三次沟通无进展，请服务主管接手。',
  conditionCodes: [],
  forStaff: true,
}
