/* The rotation of refresh tokens: one row, compare-and-set on its version, two windows, the subject's epoch.
 * README.md beside this file says what is checked, in which worlds, and by which mutants the model proves
 * that it would notice.
 *
 *   spin -a -DBUD=2 -DMAXT=4 rotation.pml && cc -O2 -DSAFETY -DCOLLAPSE -o pan pan.c && ./pan -m400000
 *
 * Worlds:  BUD requests of each party, MAXT ticks of time, WR and WL the race and the lost window, LEG ticks
 *          that a request or its answer may take, ONETAB, ATTACKER, PWCHANGE.
 * Mutants: M1 … M9, each a mistake that systems in the field have made. */
#ifndef WR
#define WR 2          /* race window, in ticks */
#endif
#ifndef WL
#define WL 4          /* lost-response window, in ticks, only while unconfirmed */
#endif
#define MAXG 3        /* generations explored */
#ifndef MAXT
#define MAXT 6
#endif
#ifndef BUD
#define BUD 3
#endif
#define RMAX 6
#ifndef LEG
#define LEG 1
#endif

mtype = { NONE, OK, REUSE, REVOKED, EPOCH, RETRY };

/* ---- the stored row ---- */
byte st = 0;       /* 0 active 1 revoked */
byte gen = 0;      /* current generation */
byte rid = 1;      /* identity of the current secret (stands for salt+hash) */
bit  conf = 1;     /* current generation seen in use */
byte rot = 0;      /* time of last rotation */
byte cat = 0;      /* time the current generation was confirmed */
byte lok = 0;      /* time of the last success handed to the predecessor (rotation or replay) */
byte rep = 0;      /* replays of the last rotation */
byte ver = 0;
byte ep = 0;       /* epoch copied at login */
/* ---- subject row ---- */
byte subj = 0;
byte now = 0;
/* ---- ghosts ---- */
byte succ[MAXG+2]; /* identity of the secret that became generation i */
byte rots[MAXG+2]; /* how many times generation i was rotated */
byte nid = 2;      /* fresh identities */
byte sent[2]; bit busy[2];

inline lin_ok(g, replay) {   /* obligations at the linearization point of a success */
  assert(st == 0);                 /* S3 terminal revocation */
  assert(ep == subj);              /* S4 no success under an old epoch */
  if
  :: replay ->
       assert(g + 1 == gen);                                 /* S5 only the direct predecessor */
       assert( (conf && s_now <= cat + WR) || (!conf && s_now - rot <= WL) );  /* S6 bounded, closes WR after first use */
       assert( s_now - t_rot0[gen] <= WL + WR );             /* S6b hard bound from the true rotation time: never slides */
  :: else ->
       assert(g == gen); assert(rots[g] == 0);               /* S2 one rotation per generation */
  fi
}
byte t_rot0[MAXG+2]; /* ghost: true rotation time */

inline present(g, id) {
  res = NONE;
  do
  :: res == NONE ->
     /* step 1: one consistent read of row + subject epoch + clock */
     atomic { s_st=st; s_gen=gen; s_rid=rid; s_conf=conf; s_rot=rot; s_cat=cat; s_lok=lok; s_rep=rep; s_ver=ver; s_ep=(ep==subj); s_now=now; }
     /* step 2: pure decision */
     if
     :: s_st == 1 -> res = REVOKED
     :: s_st == 0 && !s_ep -> res = EPOCH
#ifndef M8
     :: s_st == 0 && s_ep && g == s_gen && g > 0 && s_now - s_lok <= WR ->
        /* coalesce: a token younger than the race window is handed back unrotated (read only) */
        r_gen = s_gen; r_id = s_rid; res = OK;
        if :: skip :: goto crashed fi
     :: s_st == 0 && s_ep && g == s_gen && g < MAXG && (g == 0 || s_now - s_lok > WR) ->
#else
     :: s_st == 0 && s_ep && g == s_gen && g < MAXG ->
#endif
        /* rotate */
        if :: skip :: goto crashed fi;                       /* crash before commit */
        atomic {
          if
#ifdef M1
          :: (st == 0 && ep == subj) ->                      /* mutant: no version check */
#else
#ifdef M4
          :: (ver == s_ver) ->                               /* mutant: epoch only looked at in the read */
#else
          :: (ver == s_ver && ep == subj) ->
#endif
#endif
             lin_ok(g, 0);
             rots[g]++; gen = g + 1; rid = nid; succ[g+1] = nid; nid++;
             conf = 0; rot = s_now; lok = s_now; t_rot0[g+1] = s_now; rep = 0; ver++;
             r_gen = gen; r_id = rid; res = OK
          :: else -> skip                                     /* lost the race: read again */
          fi
        };
        if :: skip :: (res == OK) -> goto crashed fi          /* crash after commit, before reply */
     :: s_st == 0 && s_ep && g == s_gen && g >= MAXG && s_now - s_lok > WR -> res = RETRY   /* model bound */
     :: s_st == 0 && s_ep && g + 1 == s_gen &&
#ifdef M6
        (s_now - s_rot <= WL) && s_rep < RMAX ->
#else
#ifdef M9
        ((s_now - s_rot <= WR) || (!s_conf && s_now - s_rot <= WL)) && s_rep < RMAX ->   /* first draft: anchored on rotation only */
#else
        ((s_conf && s_now <= s_cat + WR) || (!s_conf && s_now - s_rot <= WL)) && (s_now - s_rot <= WL + WR) && s_rep < RMAX ->
#endif
#endif
        atomic {
          if
          :: (ver == s_ver && ep == subj) ->
             lin_ok(g, 1);
             rep++; ver++; lok = s_now;
#ifdef M2
             rot = s_now;                                     /* mutant: sliding window */
#endif
#ifdef M3
             rid = nid; nid++;                                /* mutant: fresh successor on replay */
#endif
             r_gen = gen; r_id = rid; res = OK
          :: else -> skip
          fi
        };
        if :: skip :: (res == OK) -> goto crashed fi
     :: else ->                                               /* reuse of a genuine old token */
        if :: skip :: goto crashed fi;
#ifdef M7
        res = REUSE;                                          /* mutant: answer without committing */
#else
        atomic { if :: (ver == s_ver) -> st = 1; ver++; res = REUSE :: else -> skip fi }
#endif
     fi
  :: res != NONE -> break
  od;
  if :: (res == OK) -> assert(r_id == succ[r_gen]) :: else -> skip fi;   /* S1 every success for g carries THE successor */
  if :: (res == REUSE) -> assert(st == 1) :: else -> skip fi;            /* S7 reuse answer implies revocation committed */
}

/* honest client: shared token jar, two tabs */
byte cg = 0; byte cid = 1;
proctype Tab(bit me) {
  byte g, id, r_gen, r_id, b = 0; mtype res;
  byte s_gen, s_rid, s_rot, s_cat, s_lok, s_rep, s_ver, s_now; bit s_st, s_conf, s_ep;
  do
  :: b < BUD ->
     atomic { b++; g = cg; id = cid; sent[me] = now; busy[me] = 1 };
     present(g, id);
     if
     :: res == OK ->
        if
        :: atomic { (cg <= r_gen) -> cg = r_gen; cid = r_id };                       /* delivered and stored */
           atomic { if :: (gen == r_gen && st == 0 && !conf) -> conf = 1; cat = now; ver++ :: else -> skip fi }  /* first use confirms */
        :: (cg > r_gen) -> skip
        :: skip                                                                       /* response lost */
        fi
#ifndef ATTACKER
#ifndef PWCHANGE
     :: res == REUSE -> assert(false)         /* L1 an honest client is never logged out */
     :: res == REVOKED -> assert(false)
#else
     :: res == REUSE -> assert(false)
     :: res == REVOKED -> skip
#endif
#else
     :: res == REUSE -> skip
     :: res == REVOKED -> skip
#endif
     :: res == EPOCH -> skip
     :: res == RETRY -> skip
     fi;
crashed: atomic { busy[me] = 0; res = NONE }
  :: b >= BUD -> break
  od
}

#ifdef ATTACKER
byte ag = 0; byte aid = 0; bit stolen = 0;
proctype Attacker() {
  byte g, id, r_gen, r_id, b = 0; mtype res;
  byte s_gen, s_rid, s_rot, s_cat, s_lok, s_rep, s_ver, s_now; bit s_st, s_conf, s_ep;
  atomic { stolen = 1; ag = cg; aid = cid };     /* one theft of whatever the client holds */
  do
  :: b < BUD ->
     b++; g = ag; id = aid;
     present(g, id);
     if
     :: res == OK -> ag = r_gen; aid = r_id;
        if :: atomic { if :: (gen == r_gen && st == 0 && !conf) -> conf = 1; cat = now; ver++ :: else -> skip fi } :: skip fi
     :: else -> skip
     fi;
crashed: res = NONE
  :: b >= BUD -> break
  od
}
#endif

#ifdef PWCHANGE
proctype Pw() { atomic { subj = 1 } }
#endif

/* time may not pass an honest request by more than one tick per leg (two legs) */
proctype Clock() {
  do
  :: now < MAXT ->
     atomic {
       ( (!busy[0] || now - sent[0] < LEG) && (!busy[1] || now - sent[1] < LEG) ) -> now++
     }
  :: now >= MAXT -> break
  od
}

init {
  atomic {
    succ[0] = 1;
    run Tab(0);
#ifndef ONETAB
    run Tab(1);
#endif
#ifdef ATTACKER
    run Attacker();
#endif
#ifdef PWCHANGE
    run Pw();
#endif
    run Clock();
  }
}
