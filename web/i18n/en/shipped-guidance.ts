import type { SameWords } from '../shape.ts'
import type { shippedGuidance as reference } from '../zh-CN/shipped-guidance.ts'

export const shippedGuidance = {
  '请对方坐下，请到安静的房间，不要在走廊里谈。': 'Offer a seat in a quiet room; never talk in the corridor.',
  '先听完，不打断、不辩解；重复一遍对方的要求，请对方确认。':
    'Listen to the end, do not interrupt or defend; say back what is wanted and have it confirmed.',
  '只说查实了的事，不评价同事，不承诺做不到的事；能答应的写明时间和责任人。':
    'Say only what is established, do not judge colleagues, promise nothing that cannot be done; what can be promised gets a time and a name.',
  '两人接待，全程记录；对方言语威胁时说明底线，必要时请保卫科。':
    'Meet in twos and keep a record; when threatened say where the line is, and call security if needed.',
  '三次沟通无进展，请服务主管接手。': 'After three talks without progress the service manager takes over.',
  '{{hospital}}：出院后请留意': '{{hospital}}: after your discharge',
  '{{name}}，您好：': 'Dear {{name}},',
  '您已从{{hospital}}{{department}}出院。请按医嘱服药、按时复查。如出现胸痛、呼吸困难、出血、高热或意识改变，请立即拨打 120 或到就近急诊就诊。':
    'You have been discharged from {{department}}, {{hospital}}. Please take your medicines as prescribed and come to your check-ups. With chest pain, trouble breathing, bleeding, high fever or confusion, call 120 at once or go to the nearest emergency department.',
  '主管医生会在一周内给您打电话了解恢复情况。':
    'Your attending doctor will call you within a week to ask how you are recovering.',
  '{{hospital}}': '{{hospital}}',
  '如不希望再收到此类消息，请回复“退订”或在随访电话中告知我们。':
    'To receive no more of these messages, reply “unsubscribe” (退订) or tell us when we call.',
  '{{hospital}}健康宣教': 'Health advice from {{hospital}}',
  '请每天早、晚各量一次血压，坐着休息 5 分钟后量 2 次，间隔 1 分钟，记下数值。':
    'Measure your blood pressure every morning and evening: sit and rest for 5 minutes, measure twice, one minute apart, and write the numbers down.',
  '家庭血压的目标一般在 135/85 mmHg 以下（医生另有要求的除外）。':
    'At home the target is usually below 135/85 mmHg, unless your doctor says otherwise.',
  '每天食盐不超过 5 克，戒烟限酒，每周运动 5 次、每次 30 分钟。':
    'No more than 5 grams of salt a day; no smoking, little alcohol; exercise 5 times a week, 30 minutes each.',
  '血压达到 180/110 mmHg 以上，或有剧烈头痛、胸痛、说话不清、肢体无力，请立即就医或拨打 120。':
    'If it reaches 180/110 mmHg, or you have severe headache, chest pain, slurred speech or weak limbs, see a doctor at once or call 120.',
  '不要自己停药：血压正常是药物的效果，不是病好了。':
    'Do not stop your medicines yourself: a normal blood pressure is their effect, not a cure.',
  '这是一般性的健康提醒，不能代替医生的诊治；与您的出院医嘱不一致时，请以医嘱为准。':
    'This is general health advice and does not replace your doctor; where it differs from your discharge orders, follow the orders.',
  '{{hospital}}{{department}}': '{{department}}, {{hospital}}',
  '如不希望再收到此类消息，请回复“退订”。':
    'To receive no more of these messages, reply “unsubscribe” (退订).',
  '请每天早晨起床、排尿后、早餐前，穿同样的衣服称体重并记下来。':
    'Weigh yourself every morning after getting up and passing urine, before breakfast, in the same clothes, and write it down.',
  '3 天内增加 2 公斤以上，或脚肿、气短加重、夜里要垫高枕头才能睡，请当天打电话给我们。':
    'If you gain more than 2 kg within 3 days, or have swollen feet, worse breathlessness, or need a raised pillow to sleep, call us the same day.',
  '平躺憋气、咳粉红色泡沫痰、胸痛、晕倒，请立即拨打 120。':
    'If you cannot breathe lying flat, cough up pink froth, have chest pain or faint, call 120 at once.',
  '每天食盐不超过 5 克；喝水量按医生交代。':
    'No more than 5 grams of salt a day; drink as much as your doctor told you.',
  '避免自行服用布洛芬一类的止痛药。': 'Do not take painkillers such as ibuprofen on your own.',
  '心衰的药物要长期用，感觉好了也不能停。站起来头晕、小便明显减少时请先打电话，不要自己停药。':
    'Heart failure medicines are for the long term; do not stop when you feel better. If you feel dizzy on standing or pass much less urine, call us first and do not stop the medicines yourself.',
  '建议每年接种流感疫苗，并接种肺炎球菌疫苗。':
    'We recommend a flu vaccination every year, and a pneumococcal vaccination.',
  '每天散步等轻度活动，以不气喘为限。':
    'Do light exercise such as a daily walk, as long as it does not make you breathless.',
  '医生开的两种抗血小板药（如阿司匹林加替格瑞洛或氯吡格雷）要按医嘱长期服用，不能自行停药；拔牙、手术前请先问心内科医生。':
    'Take the two antiplatelet medicines (such as aspirin with ticagrelor or clopidogrel) as prescribed for the long term and never stop them yourself; ask your cardiologist before a tooth extraction or surgery.',
  '胸痛超过 15 分钟不缓解、出冷汗、喘不上气，请立即拨打 120，等待时不要走动。':
    'Chest pain that does not ease within 15 minutes, cold sweat or breathlessness: call 120 at once and do not walk about while you wait.',
  '黑便、呕血、流血不止，请马上就医。':
    'Black stools, vomiting blood or bleeding that does not stop: see a doctor immediately.',
  '请戒烟；按医生交代逐步恢复活动，参加心脏康复。':
    'Stop smoking; resume activity step by step as your doctor told you, and take part in cardiac rehabilitation.',
  '出院 4 到 6 周请空腹复查血脂和肝功能，低密度脂蛋白胆固醇的目标一般低于 1.4 mmol/L。':
    'Have your lipids and liver function checked, fasting, 4 to 6 weeks after discharge; the target for LDL cholesterol is usually below 1.4 mmol/L.',
  '服用他汀后如有肌肉酸痛、尿色变深，请告诉医生。':
    'If you have muscle pain or dark urine while taking a statin, tell your doctor.',
  '抗凝药防的是脑卒中，请每天固定时间服用，不要因为没有症状就停。':
    'Anticoagulants prevent stroke: take them at the same time every day, and do not stop because you feel nothing.',
  '漏服：一天两次的药 6 小时内补、一天一次的药 12 小时内补，超过就跳过，不要一次吃双份。':
    'Missed dose: if you take it twice a day, catch up within 6 hours; once a day, within 12 hours; after that skip it. Never take a double dose.',
  '华法林请按时查 INR（一般 2.0 到 3.0），饮食中绿叶菜的量保持稳定。':
    'On warfarin, have your INR checked on time (usually 2.0 to 3.0) and keep the amount of leafy greens you eat steady.',
  '看病、拔牙、手术前告诉医生您在吃抗凝药；不要自己加止痛药或活血中药。':
    'Tell the doctor that you take an anticoagulant before any treatment, tooth extraction or surgery; do not add painkillers or blood-activating herbs yourself.',
  '突然说话不清、一侧无力、剧烈头痛、黑便、呕血，请立即拨打 120。':
    'Sudden slurred speech, weakness on one side, severe headache, black stools or vomiting blood: call 120 at once.',
  '记住“120”：1 看脸歪不歪，2 查两只胳膊有没有一侧无力，0 听说话清不清。任何一项突然出现，立即拨打 120，记下发病时间。':
    'Remember “120”: 1, look whether the face is crooked; 2, check both arms for weakness on one side; 0, listen whether speech is clear. If any of them appears suddenly, call 120 at once and note the time it began.',
  '抗血小板药或抗凝药、降压药、降脂药要长期服用。':
    'Antiplatelet or anticoagulant, blood pressure and lipid medicines are for the long term.',
  '喂饭时坐直、小口慢咽；喝水呛咳请告诉我们。':
    'When being fed, sit upright and swallow small mouthfuls slowly; tell us if drinking makes you choke.',
  '家里拿掉地垫、装扶手、夜里留灯，防跌倒。':
    'At home, remove rugs, put up handrails and leave a light on at night, to prevent falls.',
  '出院后头三个月是康复的黄金期，请坚持训练。':
    'The first three months after discharge are the best time for recovery; please keep up the exercises.',
  '心慌、手抖、出冷汗、饿，可能是低血糖：马上测血糖。3.9 mmol/L 以下，吃 15 克糖（半杯含糖饮料或 3 到 4 块方糖），15 分钟后再测；神志不清时不要喂食，立即拨打 120。':
    'Palpitations, shaking hands, cold sweat and hunger may be low blood sugar: measure at once. Below 3.9 mmol/L, take 15 grams of sugar (half a cup of a sweet drink or 3 to 4 sugar cubes) and measure again after 15 minutes; if the person is drowsy, give nothing by mouth and call 120 at once.',
  '空腹血糖一般控制在 4.4 到 7.0 mmol/L，非空腹低于 10.0（医生另有要求的除外）。':
    'Fasting glucose should usually be 4.4 to 7.0 mmol/L, otherwise below 10.0, unless your doctor says otherwise.',
  '血糖 16.7 以上并恶心呕吐、气促，请立即就医。':
    'Glucose of 16.7 or more with nausea, vomiting or breathlessness: see a doctor at once.',
  '每天看一看双脚，有破口、水泡、颜色变化要早就医，不要自己修老茧、不要用热水袋。':
    'Look at both feet every day; with cracks, blisters or a change of colour see a doctor early. Do not trim calluses yourself and do not use hot-water bottles.',
  '糖化血红蛋白反映近 2 到 3 个月的血糖，一般目标低于 7%。':
    'HbA1c shows your glucose over the last 2 to 3 months; the target is usually below 7%.',
  '每年至少查一次眼底、尿微量白蛋白、血脂和足部。':
    'Have your eye grounds, urine albumin, lipids and feet checked at least once a year.',
  '生病、不能进食时请打电话问用药，不要自行停用胰岛素。':
    'If you are ill or cannot eat, call us about your medicines; do not stop insulin yourself.',
  '吸入药每天按时用，用后漱口；吸入方法不对等于没有用药，复诊时请带上装置让我们看一遍。':
    'Use your inhaler on time every day and rinse your mouth afterwards; used wrongly it is no treatment, so bring it to your check-up and show us how you do it.',
  '痰变多、变黄变稠、气短比平时重，出现两样请当天联系我们。':
    'More sputum, yellow or thicker sputum, more breathlessness than usual: with any two of these, call us the same day.',
  '说话断续、嘴唇发紫、嗜睡，请立即拨打 120。': 'Broken speech, blue lips or drowsiness: call 120 at once.',
  '长期氧疗每天 15 小时以上，流量按医嘱，不要自己调大。':
    'Long-term oxygen: more than 15 hours a day at the prescribed flow; do not turn it up yourself.',
  '戒烟是最有效的治疗；每年接种流感疫苗，并接种肺炎球菌疫苗。':
    'Stopping smoking is the best treatment; have a flu vaccination every year, and a pneumococcal vaccination.',
  '含激素的吸入药是控制药，没有症状也要每天用，用后漱口；急救药只在发作时用。':
    'The inhaler with a steroid is the controller: use it every day even without symptoms and rinse your mouth afterwards; use the reliever only in an attack.',
  '一周用急救药超过两次，或夜里因为哮喘醒来，说明没有控制好，请联系我们。':
    'If you need the reliever more than twice a week, or asthma wakes you at night, it is not well controlled: call us.',
  '用急救药后 20 分钟没有好转、说话不成句、嘴唇发紫，请重复使用并立即拨打 120。':
    'If you are no better 20 minutes after the reliever, cannot finish a sentence or have blue lips, use it again and call 120 at once.',
  '避开烟、香、花粉、尘螨和已知的诱因；运动前按医嘱预防用药。':
    'Avoid smoke, scents, pollen, dust mites and whatever you know sets it off; before exercise, use your medicine as prescribed.',
  '每天量血压、称体重；食盐每天不超过 5 克。':
    'Measure your blood pressure and weigh yourself every day; no more than 5 grams of salt a day.',
  '避免布洛芬一类止痛药和来路不明的中草药；做增强 CT 前告诉医生肾功能。':
    'Avoid painkillers such as ibuprofen and herbs of unknown origin; before a CT with contrast, tell the doctor about your kidneys.',
  '血钾高的人少吃香蕉、橙子、土豆、低钠盐；手脚无力、心慌请立即就医。':
    'With high potassium, eat few bananas, oranges, potatoes and no low-sodium salt; with weak limbs or palpitations see a doctor at once.',
  '有内瘘的手臂每天摸一摸震颤，不量血压、不抽血、不提重物；摸不到震颤请马上来院。':
    'Feel the thrill of your fistula every day; no blood pressure, no blood samples and no heavy loads on that arm. If you cannot feel it, come to the hospital at once.',
  '有透析导管的不要淋湿、不要自己打开；发热寒战请立即就医。':
    'Keep a dialysis catheter dry and do not open it yourself; with fever or shivering see a doctor at once.',
  '透析的日子不要自行减少次数。': 'Do not leave out dialysis sessions on your own.',
  '切口保持干净干燥，拆线前不要泡澡；红肿、流脓、裂开请当天联系我们。':
    'Keep the wound clean and dry, no baths before the stitches are out; if it is red, oozing pus or opening, call us the same day.',
  '体温 38.5 ℃ 以上、腹痛加重、呕吐不能进食、不排气不排便，请立即就医。':
    'Temperature of 38.5 °C or more, worse abdominal pain, vomiting so that you cannot eat, no wind and no stools: see a doctor at once.',
  '按交代逐步活动：每天多次走动，4 到 6 周内不提重物（腹部手术）。':
    'Become active step by step as told: walk several times a day, lift nothing heavy for 4 to 6 weeks (abdominal surgery).',
  '止痛药按医嘱用；有抗凝针的要打满疗程。':
    'Take painkillers as prescribed; if you have anticoagulant injections, complete the course.',
  '病理结果出来后请带病历复诊。':
    'When the pathology result is there, come to your check-up with your records.',
  '抗凝药或抗凝针按医嘱用满疗程（一般 10 到 35 天），防的是腿上的血栓。':
    'Take the anticoagulant tablets or injections for the full course (usually 10 to 35 days); they prevent clots in the legs.',
  '一侧小腿突然肿痛、胸痛、气短，请立即就医或拨打 120。':
    'Sudden swelling and pain of one calf, chest pain or breathlessness: see a doctor at once or call 120.',
  '每天做踝泵、抬腿和屈膝练习，每次 15 分钟、每天 3 到 4 次，疼痛可忍为度。':
    'Do ankle pumps, leg raises and knee bends every day, 15 minutes each time, 3 to 4 times a day, as far as pain allows.',
  '髋关节置换后 3 个月内不要跷二郎腿、不坐矮凳、不弯腰过 90 度。':
    'For 3 months after a hip replacement do not cross your legs, sit on low stools or bend more than 90 degrees.',
  '切口渗液、红肿、发热请当天联系我们；拔牙等操作前告诉医生您有人工关节。':
    'If the wound oozes, is red, or you have fever, call us the same day; before a tooth extraction or similar, tell the doctor about your artificial joint.',
  '家里拿掉地垫，洗手间装扶手，防跌倒。':
    'At home, remove rugs and put up handrails in the bathroom, to prevent falls.',
  '头两周清淡、少油、少量多餐，之后慢慢恢复正常；有些人会短期腹泻，多数几周内好转。':
    'For the first two weeks eat light, low-fat food in small meals, then slowly return to normal; some people have loose stools for a while, mostly better within weeks.',
  '皮肤眼睛发黄、尿色像浓茶、上腹痛加重、发热寒战，请立即就医。':
    'Yellow skin or eyes, tea-coloured urine, worse pain in the upper abdomen, fever or shivering: see a doctor at once.',
  '腹腔镜手术后肩膀酸痛多为残余气体，几天内消失。':
    'Shoulder pain after keyhole surgery is mostly from remaining gas and goes away within days.',
  '切口保持干燥；一周后可做轻体力活动，一个月内不提重物。':
    'Keep the wound dry; light work after a week, nothing heavy for a month.',
  '每天量体温。一次到 38.3 ℃，或 38.0 ℃ 持续 1 小时，请马上打电话并到急诊，不要先吃退烧药等着。':
    'Take your temperature every day. Once 38.3 °C, or 38.0 °C for an hour: call us immediately and go to the emergency department; do not take fever medicine and wait.',
  '化疗后第 7 到 14 天白细胞最低：少去人多的地方，勤洗手，不吃生冷，按要求查血常规。':
    'White cells are lowest on days 7 to 14 after chemotherapy: avoid crowds, wash your hands often, eat nothing raw or cold, and have your blood counted as asked.',
  '止吐药按时吃，一天呕吐 3 次以上、24 小时喝不下水请联系我们。':
    'Take anti-sickness medicines on time; if you vomit more than 3 times a day or cannot keep water down for 24 hours, call us.',
  '出血点、鼻血不止、黑便请立即就医。':
    'Bleeding spots, a nosebleed that does not stop or black stools: see a doctor at once.',
  '每周维护 PICC；置管手臂肿痛、穿刺处红肿请联系我们。':
    'Have the PICC cared for every week; if that arm is swollen or painful, or the entry is red, call us.',
  '一小时内湿透一片以上卫生巾、排出大血块，请立即就医。':
    'If you soak more than one pad within an hour or pass large clots, see a doctor at once.',
  '发热 38 ℃ 以上、恶露有臭味、切口红肿流脓、乳房红肿热痛，请当天联系我们。':
    'Fever of 38 °C or more, foul discharge, a wound that is red or oozing pus, or a red, hot, painful breast: call us the same day.',
  '剧烈头痛、眼花、上腹痛，或血压 140/90 以上（产后也会子痫前期），请立即就医。':
    'Severe headache, blurred vision, pain in the upper abdomen, or blood pressure of 140/90 or more (pre-eclampsia also happens after birth): see a doctor at once.',
  '一侧小腿肿痛、胸痛气短，请拨打 120。':
    'Swelling and pain of one calf, chest pain or breathlessness: call 120.',
  '按需哺乳；情绪低落两周不好，请告诉我们，这很常见也能帮助。':
    'Breastfeed on demand; if your mood stays low for two weeks, tell us: it is common and can be helped.',
  '剖宫产切口保持干燥，一个月内不提重物。':
    'Keep the caesarean wound dry and lift nothing heavy for a month.',
  '产后 42 天请妈妈和宝宝一起来检查：血压、子宫恢复、切口、盆底、避孕，以及宝宝的生长发育。':
    'On day 42 please bring your baby for a check of both: blood pressure, womb, wound, pelvic floor, contraception, and the baby’s growth and development.',
  '请带上孕产妇保健手册和儿童预防接种证。':
    'Please bring the maternity record and the child’s vaccination card.',
  '按需喂奶，每天 8 到 12 次；出生第 4 天起每天小便 6 次以上说明吃够了。':
    'Feed on demand, 8 to 12 times a day; from the 4th day of life, 6 or more wet nappies a day mean enough milk.',
  '黄疸在 3 到 5 天最明显：若黄到手心脚心、精神差、不吃奶，请马上来院；两周（早产儿四周）不退也请来查。':
    'Jaundice is strongest on days 3 to 5: if it reaches palms or soles, or the baby is listless or does not feed, come to the hospital at once; if it lasts beyond two weeks (four if premature), come for a check as well.',
  '脐带保持干燥，红肿流脓请就医。': 'Keep the navel dry; if it is red or oozing pus, see a doctor.',
  '体温 37.5 ℃ 以上或 35.5 ℃ 以下、呼吸快（每分钟 60 次以上）、抽搐、叫不醒，请立即就医。':
    'Temperature of 37.5 °C or more or 35.5 °C or less, fast breathing (more than 60 a minute), fits, or cannot be woken: see a doctor at once.',
  '让宝宝仰睡，床上不放枕头和玩具；母乳喂养的每天补充维生素 D 400 单位。':
    'Lay the baby on its back to sleep, no pillows or toys in the bed; if breastfed, give 400 units of vitamin D a day.',
  '满月请来体检，并按时接种乙肝疫苗第二针。':
    'Come for a check at one month, and have the second hepatitis B vaccination on time.',
  '一、药：按出院带药单用，不认得、没买到或用了不舒服，打电话问，不要自己停。':
    '1. Medicines: take them by the discharge list; if you do not know one, could not get it or feel unwell with it, call us and do not stop by yourself.',
  '二、信号：发热不退、胸痛、气短、黑便呕血、意识不清，请立即就医或拨打 120。':
    '2. Signs: fever that does not go down, chest pain, breathlessness, black stools or vomiting blood, confusion: see a doctor at once or call 120.',
  '三、复诊：记住日期，带上出院小结和检查单。':
    '3. Check-up: remember the date and bring the discharge summary and your test results.',
  '四、休息与饮食：多喝水（医生限水的除外），清淡饮食，循序渐进活动。':
    '4. Rest and food: drink plenty (unless your doctor limits it), eat light food, become active step by step.',
} satisfies SameWords<typeof reference>
