import { ask, danger, type DiseaseTemplate, drugs, reading } from './write.ts'

const hypertension: DiseaseTemplate = {
  code: 'disease-hypertension',
  name: '高血压出院随访',
  title: { 'zh-CN': '高血压随访', 'zh-TW': '高血壓追蹤', en: 'Hypertension follow-up' },
  source:
    '国家基本公共卫生服务规范（第三版）2017，高血压患者健康管理（180/110 mmHg 以上紧急转诊、2 周内随访）；中国高血压防治指南（2024 年修订版）',
  codes: ['I10', 'I11', 'I12', 'I13', 'I15'],
  unless: ['I20.0', 'I21', 'I22', 'I24', 'I48', 'I50', 'I60', 'I61', 'I63', 'I64', 'N18', 'O'],
  contacts: [
    {
      day: 12,
      dueDay: 14,
      by: 'nurse',
      title: '高血压：2 周电话',
      about: '调药后 2 周看血压是否达标、有无不良反应。',
    },
    {
      day: 28,
      dueDay: 31,
      by: 'nurse',
      title: '高血压：1 个月电话',
      about: '未达标者请主管医生调药并于 2 周后再随访。',
    },
    {
      day: 85,
      dueDay: 92,
      by: 'nurse',
      title: '高血压：3 个月电话',
      about: '规范要求每年至少 4 次随访，此后转社区或专病管理。',
    },
  ],
  guidance: [
    {
      day: 2,
      subject: '在家怎样量血压',
      text: '请每天早、晚各量一次血压，坐着休息 5 分钟后量 2 次，间隔 1 分钟，记下数值。\n家庭血压的目标一般在 135/85 mmHg 以下（医生另有要求的除外）。\n每天食盐不超过 5 克，戒烟限酒，每周运动 5 次、每次 30 分钟。\n血压达到 180/110 mmHg 以上，或有剧烈头痛、胸痛、说话不清、肢体无力，请立即就医或拨打 120。\n不要自己停药：血压正常是药物的效果，不是病好了。',
    },
  ],
  questions: [
    reading('systolic', ['最近一次收缩压（高压）', 'Last systolic blood pressure'], 'mmHg', [60, 260], {
      below: 90,
      from: 180,
      text: ['收缩压 ≥180 或 <90 mmHg', 'Systolic ≥180 or <90 mmHg'],
      withinMinutes: 60,
    }),
    reading('diastolic', ['最近一次舒张压（低压）', 'Last diastolic blood pressure'], 'mmHg', [30, 160], {
      from: 110,
      text: ['舒张压 ≥110 mmHg', 'Diastolic ≥110 mmHg'],
      withinMinutes: 60,
    }),
    danger(
      'signs',
      30,
      ['高血压伴危险症状', 'High blood pressure with dangerous signs'],
      ['headache', '剧烈头痛、恶心呕吐', 'Severe headache, vomiting'],
      ['chest', '胸痛、胸闷', 'Chest pain or tightness'],
      ['stroke', '说话不清、一侧肢体无力', 'Slurred speech, weakness of one side'],
      ['vision', '突然看不清', 'Sudden loss of vision'],
    ),
    drugs(['降压药', 'the blood pressure drugs']),
    ask(
      'side-effects',
      ['用药后有不舒服吗？', 'Any trouble from the drugs?'],
      [
        ['none', '没有', 'None'],
        ['cough', '干咳', 'Dry cough'],
        ['ankle', '脚踝肿', 'Swollen ankles'],
        ['dizzy', '站起来头晕', 'Dizzy on standing up'],
        ['other', '其他', 'Other'],
      ],
    ),
    ask(
      'salt',
      ['吃得咸吗？', 'How salty do you eat?'],
      [
        ['low', '淡', 'Little salt'],
        ['medium', '一般', 'Average'],
        ['high', '咸', 'Salty'],
      ],
    ),
  ],
}

const heartFailure: DiseaseTemplate = {
  code: 'disease-heart-failure',
  name: '心力衰竭出院随访',
  title: { 'zh-CN': '心力衰竭随访', 'zh-TW': '心臟衰竭追蹤', en: 'Heart failure follow-up' },
  source:
    'McDonagh TA et al. 2021 ESC Guidelines for heart failure. Eur Heart J 2021;42:3599-3726（出院后 1-2 周内早期随访；3 天内体重增加超过 2 kg 为警示）；中国心力衰竭诊断和治疗指南 2024',
  codes: ['I50', 'I11.0', 'I13.0', 'I13.2'],
  unless: ['I21', 'I22'],
  contacts: [
    {
      day: 3,
      dueDay: 7,
      by: 'nurse',
      title: '心衰：1 周电话',
      about: '体重、浮肿、气促；确认 1-2 周内的门诊已约。',
    },
    {
      day: 12,
      dueDay: 16,
      by: 'attending-doctor',
      title: '心衰：2 周电话',
      about: '利尿剂和指南药物是否耐受，是否可以加量。',
    },
    {
      day: 28,
      dueDay: 33,
      by: 'nurse',
      title: '心衰：1 个月电话',
      about: '体重记录、复查肾功能和血钾。',
    },
    { day: 85, dueDay: 95, by: 'nurse', title: '心衰：3 个月电话', about: '药物加量是否完成，复查心超。' },
  ],
  guidance: [
    {
      day: 1,
      subject: '心衰在家：每天称体重',
      text: '请每天早晨起床、排尿后、早餐前，穿同样的衣服称体重并记下来。\n3 天内增加 2 公斤以上，或脚肿、气短加重、夜里要垫高枕头才能睡，请当天打电话给我们。\n平躺憋气、咳粉红色泡沫痰、胸痛、晕倒，请立即拨打 120。\n每天食盐不超过 5 克；喝水量按医生交代。\n避免自行服用布洛芬一类的止痛药。',
    },
    {
      day: 10,
      subject: '心衰用药和接种疫苗',
      text: '心衰的药物要长期用，感觉好了也不能停。站起来头晕、小便明显减少时请先打电话，不要自己停药。\n建议每年接种流感疫苗，并接种肺炎球菌疫苗。\n每天散步等轻度活动，以不气喘为限。',
    },
  ],
  questions: [
    reading(
      'weight-gain',
      ['最近 3 天体重增加了多少？', 'Weight gained in the last 3 days'],
      'kg',
      [-10, 20],
      {
        from: 2,
        text: ['3 天内体重增加 ≥2 kg', 'Weight gain of 2 kg or more in 3 days'],
        withinMinutes: 240,
      },
    ),
    ask(
      'breath',
      ['活动时气喘吗？（NYHA）', 'Breathless on exertion? (NYHA)'],
      [
        ['1', '日常活动不气喘（I 级）', 'Not with ordinary activity (I)'],
        ['2', '上楼、快走时气喘（II 级）', 'With stairs or fast walking (II)'],
        ['3', '穿衣、慢走也气喘（III 级）', 'With dressing or slow walking (III)'],
        ['4', '坐着不动也气喘（IV 级）', 'At rest (IV)'],
      ],
      { on: ['4'], text: ['静息时气喘（NYHA IV 级）', 'Breathless at rest (NYHA IV)'], withinMinutes: 30 },
    ),
    danger(
      'signs',
      60,
      ['心衰加重的症状', 'Signs of worsening heart failure'],
      ['orthopnoea', '平躺憋气，夜间憋醒', 'Cannot lie flat, wakes up breathless'],
      ['oedema', '脚踝、小腿肿加重', 'More swelling of ankles or legs'],
      ['faint', '晕倒或快要晕倒', 'Fainted or nearly'],
      ['chest', '胸痛', 'Chest pain'],
      ['palpitation', '心慌、心跳很快', 'Palpitations'],
    ),
    drugs(['心衰的药（包括利尿剂）', 'the heart failure drugs, diuretics included'], {
      text: ['自行停用心衰药物', 'Stopped the heart failure drugs'],
      withinMinutes: 480,
    }),
    reading('systolic', ['最近一次收缩压（高压）', 'Last systolic blood pressure'], 'mmHg', [60, 260], {
      below: 90,
      text: ['收缩压 <90 mmHg', 'Systolic below 90 mmHg'],
      withinMinutes: 120,
    }),
    reading('heart-rate', ['安静时心率', 'Heart rate at rest'], '次/分', [30, 220], {
      below: 45,
      from: 120,
      text: ['心率 ≥120 或 <45 次/分', 'Heart rate ≥120 or <45'],
      withinMinutes: 120,
    }),
    ask(
      'scale',
      ['每天称体重吗？', 'Do you weigh yourself every day?'],
      [
        ['daily', '每天', 'Every day'],
        ['sometimes', '有时', 'Sometimes'],
        ['never', '没有', 'No'],
      ],
    ),
  ],
}

const acuteCoronary: DiseaseTemplate = {
  code: 'disease-acute-coronary',
  name: '急性冠脉综合征 / 支架术后随访',
  title: {
    'zh-CN': '急性冠脉综合征 / 支架术后随访',
    'zh-TW': '急性冠心症 / 支架術後追蹤',
    en: 'Acute coronary syndrome or stent, follow-up',
  },
  source:
    'Byrne RA et al. 2023 ESC Guidelines for acute coronary syndromes. Eur Heart J 2023;44:3720-3826（双抗默认 12 个月；4-6 周复查血脂，LDL-C <1.4 mmol/L；心脏康复）',
  codes: ['I20.0', 'I21', 'I22', 'I24', 'Z95.5'],
  contacts: [
    {
      day: 3,
      dueDay: 7,
      by: 'attending-doctor',
      title: '冠脉：1 周电话',
      about: '双联抗血小板是否按时服用，穿刺处情况。',
    },
    {
      day: 28,
      dueDay: 42,
      by: 'nurse',
      title: '冠脉：4-6 周电话',
      about: '复查血脂、肝功能；心脏康复。',
    },
    {
      day: 175,
      dueDay: 190,
      by: 'nurse',
      title: '冠脉：6 个月电话',
      about: '双抗有无漏服、出血，危险因素控制。',
    },
    {
      day: 355,
      dueDay: 370,
      by: 'attending-doctor',
      title: '冠脉：12 个月电话',
      about: '双抗是否改为单抗由医生决定。',
    },
  ],
  guidance: [
    {
      day: 1,
      subject: '支架以后：抗血小板药一天也不能停',
      text: '医生开的两种抗血小板药（如阿司匹林加替格瑞洛或氯吡格雷）要按医嘱长期服用，不能自行停药；拔牙、手术前请先问心内科医生。\n胸痛超过 15 分钟不缓解、出冷汗、喘不上气，请立即拨打 120，等待时不要走动。\n黑便、呕血、流血不止，请马上就医。\n请戒烟；按医生交代逐步恢复活动，参加心脏康复。',
    },
    {
      day: 26,
      subject: '该复查血脂了',
      text: '出院 4 到 6 周请空腹复查血脂和肝功能，低密度脂蛋白胆固醇的目标一般低于 1.4 mmol/L。\n服用他汀后如有肌肉酸痛、尿色变深，请告诉医生。',
    },
  ],
  questions: [
    danger(
      'signs',
      30,
      ['胸痛等危险症状', 'Chest pain or other dangerous signs'],
      ['chest', '胸痛、胸闷发作', 'Chest pain or tightness'],
      ['dyspnoea', '喘不上气', 'Short of breath'],
      ['faint', '晕倒', 'Fainted'],
      ['bleeding', '黑便、呕血、流血不止', 'Black stools, vomiting blood, bleeding that does not stop'],
      ['puncture', '穿刺处肿、流血或手脚发凉', 'Puncture site swollen or bleeding, or a cold limb'],
    ),
    drugs(['两种抗血小板药', 'both antiplatelet drugs'], {
      text: ['自行停用抗血小板药', 'Stopped an antiplatelet drug'],
      withinMinutes: 120,
    }),
    ask(
      'statin',
      ['他汀类降脂药在吃吗？', 'Do you take the statin?'],
      [
        ['yes', '在吃', 'Yes'],
        ['stopped', '停了', 'Stopped'],
        ['none', '没有开', 'None prescribed'],
      ],
    ),
    reading('ldl', ['最近一次低密度脂蛋白胆固醇（LDL-C）', 'Last LDL cholesterol'], 'mmol/L', [0.1, 20]),
    ask(
      'smoking',
      ['现在抽烟吗？', 'Do you smoke now?'],
      [
        ['never', '从不', 'Never did'],
        ['stopped', '已戒', 'Stopped'],
        ['smokes', '还在抽', 'Yes'],
      ],
    ),
    ask(
      'rehabilitation',
      ['参加心脏康复或规律运动吗？', 'Cardiac rehabilitation or regular exercise?'],
      [
        ['yes', '有', 'Yes'],
        ['no', '没有', 'No'],
      ],
    ),
  ],
}

export const heartTemplates = [hypertension, heartFailure, acuteCoronary]
