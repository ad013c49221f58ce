import type { TemplateTexts } from '../../../contract/message-template.ts'
import type { Purpose } from '../../../contract/contact.ts'

type Shipped = { code: string; name: string; purpose: Purpose; texts: TemplateTexts }

/**
 * Texts that every site starts with, for all sites. None names a disease: other people may read a message. Advertising names its sender and
 * how to end it (Advertising Law Art. 43) and promises nothing (Art. 16, 醫療法 Art. 85).
 */
export const shippedMessages: Shipped[] = [
  {
    code: 'form-invitation',
    name: '邀请填写随访问卷',
    purpose: 'clinical',
    texts: {
      'zh-CN': {
        sms: { body: '【{{hospital}}】{{name}}，您好：请点开链接回答几个问题，约 3 分钟：{{link}}' },
        email: {
          subject: '{{hospital}}请您填写一份简短的问卷',
          body: '{{name}}，您好：\n\n{{department}}想了解您最近的情况，请点开下面的链接回答几个问题，大约需要 3 分钟：\n\n{{link}}\n\n身体不舒服请直接来院或拨打急救电话。',
        },
      },
      'zh-TW': {
        sms: { body: '【{{hospital}}】{{name}}您好：請點開連結回答幾個問題，約 3 分鐘：{{link}}' },
        email: {
          subject: '{{hospital}}請您填寫一份簡短的問卷',
          body: '{{name}}您好：\n\n{{department}}想了解您最近的情況，請點開下面的連結回答幾個問題，大約需要 3 分鐘：\n\n{{link}}\n\n身體不舒服請直接來院或撥打急救電話。',
        },
      },
      en: {
        sms: { body: '{{hospital}}: please answer a few questions (about 3 minutes): {{link}}' },
        email: {
          subject: '{{hospital}} asks you to answer a few questions',
          body: 'Dear {{name}},\n\n{{department}} would like to know how you are. Please open this link; it takes about three minutes:\n\n{{link}}\n\nIf you feel unwell, come to the hospital or call the emergency number.',
        },
      },
    },
  },
  {
    code: 'visit-reminder',
    name: '就诊提醒',
    purpose: 'service',
    texts: {
      'zh-CN': {
        sms: {
          body: '【{{hospital}}】{{name}}，提醒您{% if start %}{{start}}{% else %}近期{% endif %}到{{department}}就诊，请带好证件。不便前来请提前告知。',
        },
        email: {
          subject: '{{hospital}}就诊提醒',
          body: '{{name}}，您好：\n\n提醒您{% if start %}{{start}}{% else %}近期{% endif %}到{{department}}就诊，请带好证件和以往资料。不便前来请提前告知。\n\n联系方式可在这里修改：{{preferences}}',
        },
      },
      'zh-TW': {
        sms: {
          body: '【{{hospital}}】{{name}}您好，提醒您{% if start %}{{start}}{% else %}近期{% endif %}至{{department}}就診，請攜帶證件。若不克前來請提前告知。',
        },
        email: {
          subject: '{{hospital}}就診提醒',
          body: '{{name}}您好：\n\n提醒您{% if start %}{{start}}{% else %}近期{% endif %}至{{department}}就診，請攜帶證件與過去資料。若不克前來請提前告知。\n\n聯絡方式可在此修改：{{preferences}}',
        },
      },
      en: {
        sms: {
          body: '{{hospital}}: your visit to {{department}}{% if start %} is on {{start}}{% endif %}. Please bring your papers.',
        },
        email: {
          subject: 'Your visit to {{hospital}}',
          body: 'Dear {{name}},\n\nthis is to remind you of your visit to {{department}}{% if start %} on {{start}}{% endif %}. Please bring your papers.\n\nHow we contact you: {{preferences}}',
        },
      },
    },
  },
  {
    code: 'return-invitation',
    name: '复诊邀请',
    purpose: 'clinical',
    texts: {
      'zh-CN': {
        sms: {
          body: '【{{hospital}}】{{name}}，您好：到了该来{{department}}复诊的时间，请预约。有不舒服请尽早来院。',
        },
        phone: {
          body: '{{name}}，您好，这里是{{hospital}}{{department}}。您该来复诊了，想问问您最近身体怎么样，什么时候方便来？',
        },
      },
      'zh-TW': {
        sms: {
          body: '【{{hospital}}】{{name}}您好：到了該來{{department}}複診的時間，請預約。若有不適請儘早來院。',
        },
      },
      en: {
        sms: {
          body: '{{hospital}}: it is time for your check at {{department}}. Please make an appointment.',
        },
      },
    },
  },
  {
    code: 'check-up-offer',
    name: '体检活动邀请',
    purpose: 'marketing',
    texts: {
      'zh-CN': {
        sms: { body: '【{{hospital}}】{{name}}，体检中心本月开放预约，可来电咨询。退订：{{unsubscribe}}' },
        email: {
          subject: '{{hospital}}体检中心开放预约',
          body: '{{name}}，您好：\n\n{{hospital}}体检中心本月开放预约，欢迎来电咨询适合您的项目。\n\n不想再收到这类邮件：{{unsubscribe}}\n其他联系偏好：{{preferences}}',
        },
      },
      'zh-TW': {
        sms: {
          body: '【{{hospital}}】{{name}}您好，健檢中心本月開放預約，歡迎來電洽詢。取消訂閱：{{unsubscribe}}',
        },
      },
      en: {
        sms: {
          body: '{{hospital}}: check-up appointments are open this month. No more of these: {{unsubscribe}}',
        },
      },
    },
  },
  {
    code: 'birthday-greeting',
    name: '生日问候',
    purpose: 'marketing',
    texts: {
      'zh-CN': {
        sms: { body: '【{{hospital}}】{{name}}，祝您生日快乐，身体健康！拒收问候请点：{{unsubscribe}}' },
      },
      'zh-TW': {
        sms: { body: '【{{hospital}}】{{name}}您好，祝您生日快樂、身體健康！不再接收：{{unsubscribe}}' },
      },
      en: {
        sms: {
          body: '{{hospital}} wishes you a happy birthday, {{name}}! No more greetings: {{unsubscribe}}',
        },
      },
    },
  },
  {
    code: 'service-notice',
    name: '停诊与天气等通知',
    purpose: 'service',
    texts: {
      'zh-CN': {
        sms: { body: '【{{hospital}}】通知：{{department}}近日门诊安排有变动，来院前请先致电确认。' },
      },
      'zh-TW': {
        sms: { body: '【{{hospital}}】通知：{{department}}近日門診安排有異動，來院前請先來電確認。' },
      },
      en: {
        sms: {
          body: '{{hospital}}: hours of {{department}} change these days. Please call before you come.',
        },
      },
    },
  },
]
