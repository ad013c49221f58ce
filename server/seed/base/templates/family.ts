import { ask, danger, type DiseaseTemplate, reading } from './write.ts'

const postpartum: DiseaseTemplate = {
  code: 'disease-postpartum',
  name: '产后 / 剖宫产随访',
  title: {
    'zh-CN': '产后 / 剖宫产随访',
    'zh-TW': '產後 / 剖腹產追蹤',
    en: 'Postpartum and caesarean follow-up',
  },
  source:
    '国家基本公共卫生服务规范（第三版）2017，孕产妇健康管理（出院后 1 周内产后访视，42 天健康检查）；ACOG Committee Opinion 736, Obstet Gynecol 2018;131:e140-e150；WHO recommendations on postnatal care 2022',
  codes: ['O80', 'O81', 'O82', 'O83', 'O84', 'Z37'],
  contacts: [
    { day: 3, dueDay: 7, by: 'nurse', title: '产后：1 周电话', about: '出血、切口、血压、哺乳、情绪。' },
    { day: 18, dueDay: 21, by: 'nurse', title: '产后：3 周电话', about: '哺乳、情绪、避孕。' },
    {
      day: 38,
      dueDay: 45,
      by: 'service-centre',
      title: '产后：42 天检查提醒',
      about: '预约产后 42 天母婴检查。',
    },
  ],
  guidance: [
    {
      day: 1,
      subject: '产后在家，哪些情况要马上来',
      text: '一小时内湿透一片以上卫生巾、排出大血块，请立即就医。\n发热 38 ℃ 以上、恶露有臭味、切口红肿流脓、乳房红肿热痛，请当天联系我们。\n剧烈头痛、眼花、上腹痛，或血压 140/90 以上（产后也会子痫前期），请立即就医。\n一侧小腿肿痛、胸痛气短，请拨打 120。\n按需哺乳；情绪低落两周不好，请告诉我们，这很常见也能帮助。\n剖宫产切口保持干燥，一个月内不提重物。',
    },
    {
      day: 36,
      subject: '产后 42 天检查',
      text: '产后 42 天请妈妈和宝宝一起来检查：血压、子宫恢复、切口、盆底、避孕，以及宝宝的生长发育。\n请带上孕产妇保健手册和儿童预防接种证。',
    },
  ],
  questions: [
    danger(
      'signs',
      60,
      ['产后危险症状', 'Dangerous signs after birth'],
      ['bleeding', '出血多（一小时湿透一片卫生巾）、大血块', 'Heavy bleeding (a pad an hour) or large clots'],
      ['fever', '发热 38 ℃ 以上', 'Fever of 38 °C or more'],
      ['headache', '剧烈头痛、眼花', 'Severe headache, blurred vision'],
      ['leg', '一侧小腿肿痛', 'One calf swollen and painful'],
      ['chest', '胸痛、气短', 'Chest pain or short of breath'],
      ['lochia', '恶露有臭味', 'Foul-smelling discharge'],
      ['wound', '切口红肿流脓', 'Wound red or discharging'],
    ),
    reading('systolic', ['最近一次收缩压（高压）', 'Last systolic blood pressure'], 'mmHg', [60, 260], {
      from: 140,
      text: ['产后收缩压 ≥140 mmHg', 'Systolic ≥140 mmHg after birth'],
      withinMinutes: 120,
    }),
    ask(
      'feeding',
      ['怎么喂宝宝？', 'How is the baby fed?'],
      [
        ['breast', '纯母乳', 'Breast only'],
        ['mixed', '混合', 'Mixed'],
        ['formula', '人工', 'Formula'],
      ],
    ),
    ask(
      'breast',
      ['乳房怎么样？', 'How are the breasts?'],
      [
        ['well', '正常', 'Well'],
        ['engorged', '胀痛', 'Engorged'],
        ['cracked', '乳头皲裂', 'Cracked nipples'],
        ['red', '红肿热痛', 'Red, hot and painful'],
      ],
    ),
    ask(
      'mood',
      ['近两周情绪低落、对什么都没兴趣？', 'Low mood or no interest in the last two weeks?'],
      [
        ['no', '没有', 'No'],
        ['several-days', '有几天', 'Several days'],
        ['more', '一半以上的日子', 'More than half the days'],
        ['harm', '有过伤害自己或宝宝的想法', 'Thoughts of harming oneself or the baby'],
      ],
      {
        on: ['harm'],
        text: ['产妇有伤害自己或婴儿的想法', 'The mother thinks of harming herself or the baby'],
        withinMinutes: 30,
      },
      [
        '一半以上的日子的，请用 PHQ-9 再问；有伤害想法的，不要让她一个人。',
        'If more than half the days, ask PHQ-9; with thoughts of harm, do not leave her alone.',
      ],
    ),
    ask(
      'contraception',
      ['避孕方法定了吗？', 'Contraception settled?'],
      [
        ['yes', '定了', 'Yes'],
        ['no', '还没', 'Not yet'],
      ],
    ),
  ],
}

const newborn: DiseaseTemplate = {
  code: 'disease-newborn',
  name: '新生儿出院随访',
  title: { 'zh-CN': '新生儿随访', 'zh-TW': '新生兒追蹤', en: 'Newborn follow-up' },
  source:
    '国家基本公共卫生服务规范（第三版）2017，0-6 岁儿童健康管理（出院后 1 周内新生儿家庭访视，满月健康管理）；Kemper AR et al. AAP Guideline: hyperbilirubinemia. Pediatrics 2022;150:e2022058859；WHO IMCI young infant 2019',
  codes: ['Z38', 'P07', 'P22', 'P55', 'P58', 'P59'],
  also: { fact: 'person.ageYears', op: '<', value: 1 },
  contacts: [
    { day: 1, dueDay: 3, by: 'nurse', title: '新生儿：3 天电话', about: '黄疸、吃奶、大小便。' },
    {
      day: 4,
      dueDay: 7,
      by: 'outreach',
      visit: true,
      title: '新生儿：1 周内家庭访视',
      about: '称体重，看脐部和黄疸，指导喂养。',
    },
    { day: 24, dueDay: 30, by: 'nurse', title: '新生儿：满月电话', about: '满月体检、乙肝疫苗第二针。' },
  ],
  guidance: [
    {
      day: 1,
      subject: '宝宝回家以后',
      text: '按需喂奶，每天 8 到 12 次；出生第 4 天起每天小便 6 次以上说明吃够了。\n黄疸在 3 到 5 天最明显：若黄到手心脚心、精神差、不吃奶，请马上来院；两周（早产儿四周）不退也请来查。\n脐带保持干燥，红肿流脓请就医。\n体温 37.5 ℃ 以上或 35.5 ℃ 以下、呼吸快（每分钟 60 次以上）、抽搐、叫不醒，请立即就医。\n让宝宝仰睡，床上不放枕头和玩具；母乳喂养的每天补充维生素 D 400 单位。\n满月请来体检，并按时接种乙肝疫苗第二针。',
    },
  ],
  questions: [
    danger(
      'signs',
      30,
      ['新生儿危险症状', 'Dangerous signs in a newborn'],
      ['feeding', '不吃奶或吃得很少', 'Not feeding, or very little'],
      ['drowsy', '嗜睡叫不醒', 'Drowsy, hard to wake'],
      ['fits', '抽搐', 'Fits'],
      ['breathing', '呼吸快（60 次/分以上）、胸口凹陷', 'Fast breathing (60 or more), chest drawing in'],
      ['temperature', '发热 37.5 ℃ 以上或身体发凉', 'Fever of 37.5 °C or more, or cold'],
      ['jaundice', '黄到手心、脚心', 'Yellow palms or soles'],
      ['cord', '脐部红肿流脓', 'Cord red or discharging'],
    ),
    ask(
      'feeding',
      ['怎么喂？', 'How fed?'],
      [
        ['breast', '纯母乳', 'Breast only'],
        ['mixed', '混合', 'Mixed'],
        ['formula', '人工', 'Formula'],
      ],
    ),
    reading('feeds', ['一天吃几次奶？', 'Feeds a day'], '次', [0, 30], {
      below: 6,
      text: ['每天吃奶不足 6 次', 'Fewer than 6 feeds a day'],
      withinMinutes: 240,
    }),
    reading('wet-nappies', ['一天小便几次？', 'Wet nappies a day'], '次', [0, 30]),
    reading('weight', ['现在的体重', 'Weight now'], 'kg', [0.5, 8]),
    ask(
      'jaundice',
      ['皮肤黄到哪里？', 'How far down does the yellow go?'],
      [
        ['none', '不黄', 'Not yellow'],
        ['face', '脸和胸', 'Face and chest'],
        ['belly', '肚子、大腿', 'Belly and thighs'],
        ['palms', '手心、脚心', 'Palms and soles'],
      ],
      { on: ['palms'], text: ['黄疸到手足心', 'Jaundice down to palms and soles'], withinMinutes: 60 },
    ),
    ask(
      'screening',
      ['足跟血、听力筛查做了吗？', 'Heel prick and hearing screening done?'],
      [
        ['both', '都做了', 'Both'],
        ['one', '做了一项', 'One of them'],
        ['none', '没有', 'None'],
      ],
    ),
  ],
}

const generalMedicine: DiseaseTemplate = {
  code: 'disease-general-medicine',
  name: '普通内科出院随访',
  title: { 'zh-CN': '普通内科随访', 'zh-TW': '一般內科追蹤', en: 'General medicine follow-up' },
  source:
    'Jack BW et al. A reengineered hospital discharge program. Ann Intern Med 2009;150:178-187（出院后 2-4 天电话核对用药）；Coleman EA et al. Arch Intern Med 2006;166:1822-1828（警示症状、用药、随诊）',
  codes: ['J18', 'J20', 'J15', 'K25', 'K29', 'K85', 'K92', 'N10', 'N39.0', 'D50', 'A09'],
  unless: [
    'E11',
    'I21',
    'I48',
    'I50',
    'I60',
    'I61',
    'I63',
    'J44',
    'J45',
    'J46',
    'N18',
    'O',
    'P',
    'Z38',
    'Z51',
  ],
  contacts: [
    {
      day: 2,
      dueDay: 4,
      by: 'nurse',
      title: '内科：3 天电话',
      about: '逐个核对用药，问警示症状，确认门诊。',
    },
    { day: 12, dueDay: 16, by: 'nurse', title: '内科：2 周电话', about: '复查结果，疗程是否用完。' },
    {
      day: 27,
      dueDay: 31,
      by: 'service-centre',
      title: '内科：30 天电话',
      about: '有无再次住院或急诊，满意度。',
    },
  ],
  guidance: [
    {
      day: 1,
      subject: '出院以后的四件事',
      text: '一、药：按出院带药单用，不认得、没买到或用了不舒服，打电话问，不要自己停。\n二、信号：发热不退、胸痛、气短、黑便呕血、意识不清，请立即就医或拨打 120。\n三、复诊：记住日期，带上出院小结和检查单。\n四、休息与饮食：多喝水（医生限水的除外），清淡饮食，循序渐进活动。',
    },
  ],
  questions: [
    danger(
      'signs',
      120,
      ['出院后危险症状', 'Dangerous signs after discharge'],
      ['fever', '发热 38.5 ℃ 以上', 'Fever of 38.5 °C or more'],
      ['chest', '胸痛、胸闷', 'Chest pain or tightness'],
      ['dyspnoea', '气促、呼吸困难', 'Short of breath'],
      ['bleeding', '黑便、呕血、便血', 'Black stools, vomiting blood, blood in the stools'],
      ['abdomen', '腹痛加重', 'Worse abdominal pain'],
      ['consciousness', '意识不清', 'Confused'],
    ),
    ask(
      'medicines',
      ['出院带的药都拿到、都会用吗？', 'Do you have all the medicines and know how to take them?'],
      [
        ['yes', '都会', 'Yes'],
        ['unclear', '有不清楚的', 'Some unclear'],
        ['missing', '有没拿到的', 'Some missing'],
        ['none', '没有带药', 'No medicines'],
      ],
      undefined,
      [
        '请按出院带药逐个核对：名称、每次多少、每天几次、用到哪天。',
        'Go through the discharge medicines one by one: name, dose, times a day, until when.',
      ],
    ),
    ask(
      'side-effects',
      ['用药后有不舒服吗？', 'Any trouble from the drugs?'],
      [
        ['none', '没有', 'None'],
        ['mild', '轻微', 'Mild'],
        ['rash', '皮疹、脸肿', 'Rash or swollen face'],
        ['severe', '很难受', 'Severe'],
      ],
      {
        on: ['rash', 'severe'],
        text: ['药物不良反应', 'Adverse drug reaction'],
        withinMinutes: 240,
      },
    ),
    ask(
      'care-again',
      ['出院后又看过急诊或住过院吗？', 'Emergency or hospital again since discharge?'],
      [
        ['no', '没有', 'No'],
        ['emergency', '看过急诊', 'Emergency'],
        ['admitted', '又住院', 'Admitted again'],
      ],
    ),
  ],
}

export const familyTemplates = [postpartum, newborn, generalMedicine]
