package sandbox

// guest is one of the cast. Numbers are made up: none of them is in use.
type guest struct {
	number   string
	name     string
	book     string // name in the phone's address book; empty when the guest is not in it
	language string
	username string
	hidden   bool // the number is withheld
	silent   bool // no read receipts
	fails    int  // every message to the guest fails with this code
	quiet    bool // does not start conversations of its own while the scene is live
	story    string
}

// leading is the guest whose thread is the newest when the screen opens.
const leading = "+447700900101"

// cast is the hotel's guests with what was said before the curtain rises, the leading one first.
var cast = []guest{
	{number: leading, name: "Olivia Bennett", book: "Olivia Bennett 204", language: "en", quiet: true, story: `
g 21h40m Hello! We booked the family room from Friday: two adults, two children 👨‍👩‍👧‍👦
p 21h33m Good afternoon Olivia, it is all set: room 204, three nights, breakfast included.
g 21h31m [react 2] ❤️
g 3h20m [photo 3] Is this the room? The children want the window 😄
p 3h12m [quote 4] Yes, that is the one. The window bed is theirs.
p 3h10m The pool is open until 10.
p 3h9m [edit 6] The pool is open until 22:00, towels are at the bar.
g 48s Could someone pick us up at the airport? We land at 21:40, four people and five suitcases 🧳`},
	{number: "+919555010102", name: "आशा राव", book: "Asha Rao", language: "hi", story: `
g 2h14m नमस्ते, क्या नाश्ता कमरे के किराए में शामिल है?
p 2h9m जी हाँ आशा जी, नाश्ता सुबह 7 से 10:30 बजे तक है।
g 2h7m बहुत बढ़िया, धन्यवाद 🙏🏽
g 9m और क्या बच्चों के लिए बिना मिर्च वाला खाना मिल सकता है?`},
	{number: "+971555010103", name: "ليلى الحسن", language: "ar", story: `
g 5h30m مساء الخير، هل لديكم غرفة تطل على البحر ليوم الخميس؟
p 5h22m مساء النور ليلى، نعم، الغرفة 310 متاحة وتطل على البحر.
g 5h20m ممتاز 🌊 احجزوها لي من فضلكم
p 5h11m تم الحجز ✅
g 26m هل يمكن الوصول بعد منتصف الليل؟`},
	{number: "+551155500104", name: "João Pereira", language: "pt", story: `
g 6h2m Boa tarde! Preciso da nota fiscal da minha estadia, quarto 118.
p 5h55m Boa tarde, João! Segue em anexo.
p 5h54m [pdf nota-fiscal-118.pdf] Nota fiscal 118
g 5h40m Recebi, obrigado! 👍🏿
g 18m Só uma coisa: o CNPJ está errado, podem corrigir?`},
	{number: "+6255501010105", name: "Dewi Lestari", book: "Dewi (keluarga)", language: "id", story: `
g 1h35m Selamat siang, apakah bisa check-in lebih awal jam 11?
p 1h31m Selamat siang Ibu Dewi, bisa, kamar 207 sudah siap.
g 1h30m [react 2] 🙏
g 14m Kami bawa bayi, apakah ada tempat tidur bayi? 👶🏻`},
	{number: "+4955501010106", name: "Noah Fischer", language: "en", story: `
g 23h5m Hi, I need to move my booking from the 12th to the 14th.
p 22h50m Done, Noah. The 14th to the 17th, same rate.
g 22h48m Wrong chat, sorry!
g 22h47m [revoke 3]
g 34m [card +4955501010119] Buchhaltung Fischer
g 33m Could you also put the company on the invoice? Fischer Werkzeugbau, VAT on request.`},
	{number: "+4655501010107", name: "Maya Lindqvist", book: "Maya Lindqvist", language: "en", quiet: true, story: `
g 27h25m Hello, I checked out this morning and my grey scarf is missing. Room 305, maybe behind the door?
p 27h10m Hello Maya, housekeeping will look today.
g 27h8m Thank you so much 💛`},
	{number: "+234555010108", name: "James Okoro", language: "en", story: `
g 4h15m Good evening. My flight is delayed, I will arrive around 1 am.
g 4h14m [voice 7s]
p 4h3m No problem James, the night desk knows. Please ring at the side door.
g 41m [pin 15.3800,73.8314] Goa airport, arrivals`},
	{number: "+919555010109", name: "रोहन मेहता", language: "hi", silent: true, story: `
g 7h10m क्या पार्किंग मुफ़्त है?
p 7h1m जी रोहन जी, मेहमानों के लिए मुफ़्त है। गेट 2 से आइए।
g 52m ठीक है, हम दो गाड़ियों में आ रहे हैं 🚗🚗`},
	{number: "+966555010110", name: "عمر خالد", language: "ar", story: `
g 8h20m السلام عليكم، أحتاج سيارة من المطار لثلاثة أشخاص
p 8h12m وعليكم السلام أستاذ عمر، السائق سيكون بانتظاركم عند البوابة 4.
p 8h11m [photo 7] السيارة بيضاء، رقم 4471
g 1h2m شكراً 🌹 وهل الإفطار يشمل خيارات نباتية؟`},
	{number: "+5521555001110", name: "Beatriz Lima", username: "bia.lima", language: "pt", story: `
g 9h40m Oi! O café da manhã vai até que horas? ☕️
p 9h31m Oi, Beatriz! Das 7h às 10h30, no terraço.
g 1h12m Perfeito 😍 Vocês têm opção sem glúten?`},
	{number: "+6255501010112", name: "Budi Santoso", language: "id", story: `
g 10h5m Pak, apakah ada sewa motor di hotel?
p 9h58m Ada Pak Budi, Rp75.000 per hari, helm sudah termasuk 🛵
g 9h50m Oke, saya ambil dua.
g 9h49m [edit 3] Oke, saya ambil tiga.
p 9h41m [quote 3] Siap, tiga motor untuk besok pagi.`},
	{number: "+8255501010113", name: "Grace", username: "grace.travels", hidden: true, language: "en", story: `
g 2h44m Hi 🇰🇷 is late checkout possible on Sunday?
p 2h40m Until 14:00 yes, for half a night's rate.
g 2h39m [sticker 1]
g 2h38m That works for me ✨`},
	{number: "+20555010114", name: "نور حسن", language: "ar", fails: 131026, story: `
g 3h50m مرحبا، نسيت شاحن الهاتف في الغرفة 112
p 3h41m [fail 131026] مرحباً نور، وجدناه وهو محفوظ في الاستقبال.`},
	{number: "+35155501115", name: "Mariana Costa", language: "pt", story: `
g 11h15m Olá, somos um grupo de 9 👩‍👩‍👧‍👦👩🏽‍🦱👴🏼 para o jantar de sábado, é possível?
p 11h2m Olá Mariana, claro que sim. Mesa no jardim às 20h?
g 11h0m Sim, perfeito! 🇵🇹`},
	{number: "+6255501010116", name: "Siti Rahma", language: "id", story: `
g 12h30m Assalamualaikum, apakah makanan di restoran halal?
p 12h21m Waalaikumsalam Ibu Siti, ya, semua dapur kami bersertifikat halal.
g 12h19m Alhamdulillah, terima kasih banyak 🤲🏼`},
	{number: "+919555010117", name: "कविता शर्मा 💍", book: "Kavita Sharma (wedding)", language: "hi", story: `
g 20h40m शादी के लिए 12 कमरे चाहिए, 14 से 16 तारीख। क्या मिल पाएँगे?
p 20h21m जी कविता जी, 12 कमरे रोक लिए हैं। सूची भेज दीजिए।
g 20h2m [pdf guest-list.pdf] मेहमानों की सूची
p 19h55m [react 3] 🎉`},
}

// newcomer arrives while the scene is live: from an advertisement, and as error 131060 at first.
var newcomer = guest{number: "+15550100118", name: "Ida Nilsen 🌻", language: "en", quiet: true}

// scenes are the conversations that start while the scene is live, by language. {room}, {hour} and {n} are filled
// in by chance.
var scenes = map[string][]string{
	"en": {
		"g 0s Hi, could we get {n} extra towels in room {room}? 🛁\np 14s On their way to {room}.\ng 24s [react 2] 👍🏽",
		"g 0s Is the airport shuttle at {hour}:00 still free?\ng 4s We would be {n} people.",
		"g 0s The Wi-Fi in {room} keeps dropping 😕",
		"g 0s What time does the breakfast start tomorrow?\np 11s From 8:00, on the terrace ☕️\np 15s [edit 2] From 7:00, on the terrace ☕️\ng 25s Lovely, thanks!",
		"g 0s [photo 5] Is this charger from your room {room}? We found it in our bag 🙈",
		"g 0s Could you book a table for {n} at {hour}:30?\np 16s [quote 1] Booked: {n} people, {hour}:30, by the window.",
		"g 0s Please send the invoice for room {room} to my e-mail as well.",
		"g 0s We are running late, arriving around {hour}:15 🚕\np 12s No problem, the room is ready.",
		"g 0s Taxi for {n} at {hour} please\ng 5s [edit 1] Taxi for {n} at {hour} tomorrow morning please",
	},
	"hi": {
		"g 0s कमरा {room} में AC ठीक से नहीं चल रहा है 🥵\np 13s अभी किसी को भेज रहे हैं।",
		"g 0s क्या कल {hour} बजे टैक्सी मिल जाएगी? हम {n} लोग हैं।",
		"g 0s क्या चेक-आउट {hour} बजे तक हो सकता है?\np 12s [quote 1] जी हाँ, कोई अतिरिक्त शुल्क नहीं।\ng 22s [react 2] 🙏🏽",
		"g 0s रूम सर्विस: {n} मसाला चाय, कमरा {room} ☕️",
		"g 0s [voice 5s]",
		"g 0s बिल में {n} लंच लगे हैं, हमने तो नहीं लिए 🤔",
	},
	"ar": {
		"g 0s هل يمكن تنظيف الغرفة {room} الآن؟\np 13s بالتأكيد، خلال ربع ساعة.\ng 23s [react 2] 🙏",
		"g 0s أحتاج {n} مفاتيح إضافية للغرفة {room}",
		"g 0s متى يغلق المسبح؟ 🏊🏻‍♂️\np 10s الساعة 22:00.",
		"g 0s نريد طاولة لـ {n} أشخاص الساعة {hour}:30 من فضلكم",
		"g 0s [photo 8] المصباح في الغرفة {room} لا يعمل",
		"g 0s هل توجد سيارة إلى المطار الساعة {hour}؟",
	},
	"pt": {
		"g 0s Oi, o ar do quarto {room} está pingando 💧\np 12s Já vai alguém aí, desculpe o incômodo!",
		"g 0s Dá para reservar o passeio de barco para {n} pessoas? ⛵️",
		"g 0s Qual é a senha do Wi-Fi?\np 9s mirador2026, em minúsculas\ng 17s Conectado, valeu 🤙🏽",
		"g 0s Podem guardar {n} malas até as {hour}h?",
		"g 0s [voice 6s]",
		"g 0s Vamos chegar lá pelas {hour}h30, tudo bem?\ng 4s O voo atrasou 😩",
	},
	"id": {
		"g 0s Mohon handuk tambahan {n} lembar ke kamar {room} 🙏\np 12s Siap, segera diantar.",
		"g 0s Apakah kolam renang buka jam {hour} pagi?",
		"g 0s Bisa pesan nasi goreng {n} porsi ke kamar {room}? 🍛\np 15s Bisa, sekitar 25 menit ya.\ng 24s [react 2] 😋",
		"g 0s Kunci kamar {room} tidak berfungsi 😟",
		"g 0s [pin -8.7467,115.1667] Kami sudah di bandara",
		"g 0s Besok jam {hour} kami mau ke bandara, {n} orang. Ada mobil?",
	},
}

// manners is how guests answer the agent, by language.
type manners struct {
	yes    []string // to a question
	thanks []string
	more   []string // one more thing
	bye    []string
	button string // when a template has no button to tap
}

var answers = map[string]manners{
	"en": {
		yes:    []string{"Yes, please.", "Yes, that works for us 👍", "Exactly.", "That would be great, yes."},
		thanks: []string{"Perfect, thank you!", "Great, thanks a lot 🙏", "Wonderful, that was quick!", "Thank you so much ❤️"},
		more:   []string{"One more thing: is there a late checkout?", "And how far is the beach on foot?", "Can we pay by card at the desk?"},
		bye:    []string{"See you soon 👋", "All clear, have a nice day!", "Lovely, bye for now 🌊"},
		button: "Thanks for letting me know.",
	},
	"hi": {
		yes:    []string{"जी हाँ।", "हाँ, यही ठीक रहेगा 👍", "जी, कृपया।"},
		thanks: []string{"बहुत धन्यवाद!", "शुक्रिया 🙏🏽", "बढ़िया, इतनी जल्दी!"},
		more:   []string{"एक और बात: क्या समुद्र तट पास में है?", "क्या कार्ड से भुगतान हो सकता है?"},
		bye:    []string{"जल्द मिलते हैं 👋", "नमस्ते 🙏"},
		button: "सूचना के लिए धन्यवाद।",
	},
	"ar": {
		yes:    []string{"نعم، من فضلك.", "نعم، هذا مناسب 👍", "تماماً."},
		thanks: []string{"شكراً جزيلاً!", "ممتاز، شكراً 🌹", "الله يعطيكم العافية 🙏"},
		more:   []string{"سؤال آخر: هل الشاطئ قريب؟", "وهل يمكن الدفع بالبطاقة؟"},
		bye:    []string{"إلى اللقاء 👋", "مع السلامة 🌊"},
		button: "شكراً على الإشعار.",
	},
	"pt": {
		yes:    []string{"Sim, por favor.", "Isso mesmo 👍🏿", "Pode ser, sim."},
		thanks: []string{"Perfeito, muito obrigado!", "Valeu demais 🙏🏽", "Que rapidez, obrigada! 😍"},
		more:   []string{"Mais uma coisa: a praia fica longe?", "Dá para pagar no cartão?"},
		bye:    []string{"Até logo 👋", "Beleza, bom dia! ☀️"},
		button: "Obrigado por avisar.",
	},
	"id": {
		yes:    []string{"Ya, betul.", "Boleh, terima kasih 👍", "Ya, tolong ya."},
		thanks: []string{"Terima kasih banyak!", "Siap, makasih 🙏", "Wah cepat sekali, terima kasih 😊"},
		more:   []string{"Satu lagi: apakah pantainya dekat?", "Bisa bayar pakai kartu?"},
		bye:    []string{"Sampai jumpa 👋", "Baik, selamat siang ☀️"},
		button: "Terima kasih infonya.",
	},
	"es": {
		yes:    []string{"Sí, por favor.", "Sí, perfecto 👍", "Exacto."},
		thanks: []string{"¡Muchas gracias!", "Genial, gracias 🙏", "¡Qué rapidez! 😊"},
		more:   []string{"Una cosa más: ¿queda cerca la playa?", "¿Se puede pagar con tarjeta?"},
		bye:    []string{"¡Hasta pronto! 👋", "Perfecto, buen día ☀️"},
		button: "Gracias por avisar.",
	},
}
