/** What the machine says by itself, apart from a questionnaire. Nothing here tells why the hospital calls before the identity is known. */
export const phrases = {
  'zh-CN': {
    greeting: '您好，这里是{{hospital}}，这是一个由电脑拨打的电话。',
    'language-name': '听普通话请按',
    identity:
      '为了保护隐私，请输入患者的出生年份，四位数字。如果您不认识患者，请按井号。需要人工服务请按零。',
    'identity-wrong': '年份不对。',
    identified: '谢谢。下面有几个简短的问题，请按电话上的数字键回答。重听请按星号，需要人工服务请按零。',
    press: '请按',
    yes: '是',
    no: '不是',
    number: '请输入数字，按井号结束。需要人工服务请直接按井号。',
    decimal: '请输入数字，小数点按星号，按井号结束。需要人工服务请直接按井号。',
    date: '请输入八位数字，先年，后月，再日。',
    multiple: '可以选几项，按完以后按井号。',
    'wrong-key': '没有这个选择。',
    'wrong-number': '这个数字不在范围内。',
    'wrong-date': '没有这个日期。',
    silence: '没有收到您的按键。',
    'press-key': '没有听清，请按电话上的数字键回答。',
    'say-or-press': '也可以在问题读完以后直接说出来。',
    confirm: '您的回答是：',
    'confirm-keys': '确认请按一，重新回答请按二。',
    interrupted: '抱歉，刚才线路中断了。',
    'red-flag':
      '您说的情况需要医护人员了解，护士会马上给您打电话，请保持电话畅通。如果很不舒服，请立即拨打一二零或者到急诊就诊。',
    'red-flag-transfer': '您说的情况需要医护人员马上了解，现在为您转接，请不要挂机。',
    transfer: '正在为您转接人工服务，请稍等。',
    'call-back': '我们的护士会尽快给您打电话，再见。',
    'not-identified': '抱歉，无法确认身份，我们以后再联系，再见。',
    'wrong-person': '对不起，打扰您了，再见。',
    'give-up': '没有收到您的回答，我们以后再联系您，再见。',
    'give-up-later': '没有收到您的回答，护士会再联系您，再见。',
    closing: '问题问完了，谢谢您的回答，祝您健康，再见。',
    point: '点',
  },
  en: {
    greeting: 'Hello, this is {{hospital}}. A computer makes this call.',
    'language-name': 'For English press',
    identity:
      'To protect privacy, please enter the four digits of the year in which the patient was born. If you do not know the patient, press hash. For a person, press zero.',
    'identity-wrong': 'That is not the year.',
    identified:
      'Thank you. Please answer a few short questions with the keys of your telephone. Star repeats a question, zero brings you to a person.',
    press: 'press',
    yes: 'Yes',
    no: 'No',
    number: 'Please enter a number and press hash. For a person, press hash alone.',
    decimal:
      'Please enter a number, star for the decimal point, and press hash. For a person, press hash alone.',
    date: 'Please enter eight digits: the year, the month and the day.',
    multiple: 'You may choose several; then press hash.',
    'wrong-key': 'That is not one of the choices.',
    'wrong-number': 'That number is out of range.',
    'wrong-date': 'There is no such date.',
    silence: 'We did not hear a key.',
    'press-key': 'That was not understood. Please press a key.',
    'say-or-press': 'You may also say your answer after each question.',
    confirm: 'Your answer is: ',
    'confirm-keys': 'To confirm press one, to answer again press two.',
    interrupted: 'Sorry, the line was interrupted.',
    'red-flag':
      'What you say must be known to a nurse, who will call you at once. Please keep the line free. If you feel very unwell, call the emergency number or come to the emergency department now.',
    'red-flag-transfer':
      'What you say must be known to a nurse at once. You are being connected, please hold.',
    transfer: 'You are being connected to a person, please hold.',
    'call-back': 'A nurse will call you as soon as possible. Goodbye.',
    'not-identified': 'Sorry, we could not make sure who you are. We will be in touch later. Goodbye.',
    'wrong-person': 'We are sorry to have disturbed you. Goodbye.',
    'give-up': 'We did not hear an answer and will try again later. Goodbye.',
    'give-up-later': 'We did not hear an answer; a nurse will call you. Goodbye.',
    closing: 'Those were all the questions. Thank you for your answers, and get well soon. Goodbye.',
    point: 'point',
  },
} as const

export type VoiceLanguage = keyof typeof phrases
export type Phrase = keyof (typeof phrases)['en']
export const voiceLanguages = Object.keys(phrases) as VoiceLanguage[]

const digits: Record<VoiceLanguage, readonly string[]> = {
  'zh-CN': ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'],
  en: ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'],
}

/** A key as it is said. */
export const digitWord = (language: VoiceLanguage, digit: number): string => digits[language][digit] ?? ''
