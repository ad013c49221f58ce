import type { TemplateTexts } from '../../../contract/message-template.ts'
import type { PathwayDefinition, PathwayStep } from '../../../contract/pathway.ts'
import { stopsOn } from '../../../contract/stop-rule.ts'

/** Appointments booked here; those of the HIS are reminded of by the HIS, unless the site changes this. */
const ours = { fact: 'appointment.source', op: '=' as const, value: 'careloop' }
const stopOn = stopsOn('death')

const message = (key: string, title: string, template: string, next: string | null): PathwayStep => ({
  key,
  title,
  kind: 'message',
  channel: 'preferred',
  purpose: 'service',
  template,
  subject: '',
  body: '',
  next,
})

const beforeStart = (key: string, title: string, hours: number, next: string): PathwayStep => ({
  key,
  title,
  kind: 'wait',
  since: 'subject.start',
  before: true,
  for: { value: hours, unit: 'hours' },
  late: 'skip',
  next,
})

/** Confirmed at once, reminded two days before and on the day before, then called if likely to miss it; moving the appointment moves the waits. */
const reminders: PathwayDefinition = {
  purpose: 'service',
  entry: { event: 'appointment.booked', when: ours, maxAgeDays: 1 },
  variables: {},
  stopOn,
  start: 'booked',
  steps: [
    message('booked', '预约成功通知', 'appointment-booked', 'two-days-before'),
    beforeStart('two-days-before', '就诊前两天', 48, 'ask'),
    message('ask', '请患者确认', 'appointment-reminder', 'day-before'),
    beforeStart('day-before', '就诊前一天', 20, 'unconfirmed'),
    {
      key: 'unconfirmed',
      title: '已确认会来？',
      kind: 'branch',
      when: { fact: 'appointment.confirmed', op: '=', value: true },
      next: null,
      otherwise: 'again',
    },
    message('again', '再次提醒', 'appointment-reminder', 'likely-missed'),
    {
      key: 'likely-missed',
      title: '很可能不来？',
      kind: 'branch',
      when: { fact: 'appointment.remindMore', op: '=', value: true },
      next: 'call',
      otherwise: null,
    },
    {
      key: 'call',
      title: '电话提醒就诊',
      kind: 'task',
      task: 'follow-up-call',
      assignee: 'service-centre',
      dueSince: 'here',
      dueIn: { value: 10, unit: 'hours' },
      priority: 'routine',
      waitFor: 'nothing',
      next: null,
    },
  ],
}

const onEvent = (
  event: NonNullable<PathwayDefinition['entry']['event']>,
  steps: PathwayStep[],
): PathwayDefinition => ({
  purpose: 'service',
  // What happens again is told again.
  entry: { event, when: ours, maxAgeDays: 1, again: { afterDays: 0 } },
  variables: {},
  stopOn,
  start: steps[0]?.key ?? '',
  steps,
})

const missed: PathwayDefinition = {
  ...onEvent('appointment.missed', [
    message('ask-back', '询问未到原因', 'appointment-missed', 'call'),
    {
      key: 'call',
      title: '电话关心爽约患者',
      kind: 'task',
      task: 'follow-up-call',
      assignee: 'service-centre',
      dueSince: 'here',
      dueIn: { value: 2, unit: 'working-days' },
      priority: 'routine',
      waitFor: 'nothing',
      next: null,
    },
  ]),
  // Who has booked again needs no call.
  stopOn: [...stopOn, { event: 'appointment.booked', reason: 'booked-again' }],
}

/** The clinic takes place after all, or somebody else holds it; the steps of the day need no message. */
const changed: PathwayDefinition = {
  ...onEvent('appointment.changed', [message('tell', '通知照常就诊', 'appointment-changed', null)]),
  entry: {
    event: 'appointment.changed',
    when: { all: [ours, { fact: 'event.cause', op: 'in', value: ['clinic-resumed', 'stand-in'] }] },
    maxAgeDays: 1,
    again: { afterDays: 0 },
  },
}

/** What a red flag keeps is for the doctor who calls, not for a message. */
const slotOffered: PathwayDefinition = {
  ...onEvent('appointment.offered', [message('offer', '请患者答复', 'slot-offered', null)]),
  entry: {
    event: 'appointment.offered',
    when: { fact: 'slot-offer.reason', op: 'in', value: ['waitlist', 'suspension'] },
    maxAgeDays: 1,
    again: { afterDays: 1 },
  },
}

const restricted: PathwayDefinition = {
  ...onEvent('booking.restricted', [message('tell', '告知暂停预约', 'booking-restricted', null)]),
  entry: { event: 'booking.restricted', maxAgeDays: 1, again: { afterDays: 1 } },
  // A restriction that was lifted meanwhile is not announced.
  stopOn: [...stopOn, { event: 'booking.restored', reason: 'restored' }],
}

export const appointmentPathways = [
  { code: 'appointment-reminder', name: '预约提醒', definition: reminders },
  {
    code: 'appointment-moved',
    name: '改约通知',
    definition: onEvent('appointment.rescheduled', [
      message('tell', '通知新的时间', 'appointment-moved', null),
    ]),
  },
  {
    code: 'appointment-suspended',
    name: '停诊通知',
    definition: onEvent('appointment.suspended', [
      message('tell', '通知停诊', 'appointment-suspended', null),
    ]),
  },
  { code: 'appointment-changed', name: '出诊变化通知', definition: changed },
  {
    code: 'slot-offered',
    name: '候补号通知',
    definition: slotOffered,
  },
  { code: 'appointment-missed', name: '爽约关怀', definition: missed },
  { code: 'booking-restricted', name: '爽约限制告知', definition: restricted },
]

type Message = { code: string; name: string; purpose: 'service'; texts: TemplateTexts }

/** The same words for a short message and for a mail, which has a subject and a way to change contact wishes. */
function texts(
  subjects: [cn: string, tw: string, en: string],
  bodies: [cn: string, tw: string, en: string],
): TemplateTexts {
  const mail = (subject: string, body: string, wishes: string) => ({
    subject,
    body: `${body}\n\n${wishes}{{preferences}}`,
  })
  return {
    'zh-CN': {
      sms: { body: `【{{hospital}}】${bodies[0]}` },
      email: mail(`{{hospital}}：${subjects[0]}`, bodies[0], '联系方式可在这里修改：'),
    },
    'zh-TW': {
      sms: { body: `【{{hospital}}】${bodies[1]}` },
      email: mail(`{{hospital}}：${subjects[1]}`, bodies[1], '聯絡方式可在此修改：'),
    },
    en: {
      sms: { body: `{{hospital}}: ${bodies[2]}` },
      email: mail(`{{hospital}}: ${subjects[2]}`, bodies[2], 'Change how we contact you: '),
    },
  }
}

/** None names a disease or a kind of visit: other people may read a message. The page behind the link says the rest. */
export const appointmentMessages: Message[] = [
  {
    code: 'appointment-booked',
    name: '预约成功',
    purpose: 'service',
    texts: texts(
      ['预约成功', '預約成功', 'your appointment'],
      [
        '{{name}}，您已预约 {{start}} {{department}}。怎么走、要准备什么、取消或改约：{{booking}}',
        '{{name}}您好，您已預約 {{start}} {{department}}。如何前往、需準備什麼、取消或改期：{{booking}}',
        '{{name}}, you are booked for {{start}}, {{department}}. The way, what to prepare, cancel or move: {{booking}}',
      ],
    ),
  },
  {
    code: 'appointment-reminder',
    name: '预约提醒',
    purpose: 'service',
    texts: texts(
      ['就诊提醒', '就診提醒', 'a reminder of your appointment'],
      [
        '{{name}}，提醒您 {{start}} 到{{department}}就诊。能来请回复 1，不能来请回复 2，或点开：{{booking}}',
        '{{name}}您好，提醒您 {{start}} 至{{department}}就診。可到請回覆 1，無法前來請回覆 2，或點開：{{booking}}',
        '{{name}}, you are expected on {{start}} at {{department}}. Reply 1 if you come, 2 if you cannot, or open: {{booking}}',
      ],
    ),
  },
  {
    code: 'appointment-moved',
    name: '改约通知',
    purpose: 'service',
    texts: texts(
      ['预约时间有变', '預約時間異動', 'your appointment has moved'],
      [
        '{{name}}，您的预约改为 {{start}} {{department}}。不方便请点开取消或改约：{{booking}}',
        '{{name}}您好，您的預約改為 {{start}} {{department}}。若不方便請點開取消或改期：{{booking}}',
        '{{name}}, your appointment is now on {{start}}, {{department}}. If that does not suit you: {{booking}}',
      ],
    ),
  },
  {
    code: 'appointment-suspended',
    name: '停诊通知',
    purpose: 'service',
    texts: texts(
      ['停诊通知', '停診通知', 'your clinic is cancelled'],
      [
        '{{name}}，抱歉，您 {{start}} {{department}}的门诊停诊。我们会尽快为您另约时间，请勿空跑。详情：{{booking}}',
        '{{name}}您好，抱歉，您 {{start}} {{department}}的門診停診。我們會盡快為您另約時間，請勿白跑一趟。詳情：{{booking}}',
        '{{name}}, we are sorry: the clinic of {{start}}, {{department}}, does not take place. We will offer you another time soon. {{booking}}',
      ],
    ),
  },
  {
    code: 'appointment-changed',
    name: '出诊变化通知',
    purpose: 'service',
    texts: texts(
      ['照常就诊', '照常就診', 'your appointment takes place'],
      [
        '{{name}}，您 {{start}} {{department}}的门诊照常，请按时来。医生、诊室以这里为准：{{booking}}',
        '{{name}}您好，您 {{start}} {{department}}的門診照常，請準時前來。醫師、診間以此為準：{{booking}}',
        '{{name}}, your appointment on {{start}}, {{department}}, takes place. Doctor and room as they stand now: {{booking}}',
      ],
    ),
  },
  {
    code: 'slot-offered',
    name: '候补号通知',
    purpose: 'service',
    texts: texts(
      ['有号可约，请尽快答复', '有號可約，請盡快答覆', 'a slot for you'],
      [
        '{{name}}，为您留了 {{start}} {{department}}的号。要请回复 1，不要请回复 2，或点开（过时不留）：{{booking}}',
        '{{name}}您好，為您保留 {{start}} {{department}}的號。要請回覆 1，不要請回覆 2，或點開（逾時不留）：{{booking}}',
        '{{name}}, we keep {{start}} at {{department}} for you. Reply 1 to take it, 2 to leave it, or open soon: {{booking}}',
      ],
    ),
  },
  {
    code: 'appointment-missed',
    name: '爽约关怀',
    purpose: 'service',
    texts: texts(
      ['今天没有等到您', '今天沒有等到您', 'we missed you'],
      [
        '{{name}}，您预约的 {{start}} {{department}}没有等到您。需要另约时间请点开：{{booking}}',
        '{{name}}您好，您預約的 {{start}} {{department}}沒有等到您。需要另約時間請點開：{{booking}}',
        '{{name}}, we missed you on {{start}} at {{department}}. For another time open: {{booking}}',
      ],
    ),
  },
  {
    code: 'booking-restricted',
    name: '爽约限制告知',
    purpose: 'service',
    texts: texts(
      ['网上、电话预约暂停', '網路、電話預約暫停', 'booking online and by telephone is paused'],
      [
        '{{name}}，因多次预约未到，您暂时不能网上、电话预约；窗口挂号和急诊照常。如有异议或特殊情况，请联系医院申诉。',
        '{{name}}您好，因多次預約未到，您暫時無法以網路、電話預約；現場掛號與急診照常。若有異議或特殊情況，請聯絡醫院申訴。',
        '{{name}}, after several missed appointments you cannot book online or by telephone for a while; the counter and emergency care are open to you. If this is wrong or there was a reason, please tell the hospital.',
      ],
    ),
  },
]
